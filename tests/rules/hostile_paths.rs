//! No spelling of a path gets a file that the table guards, with the file server that decodes paths itself.

use std::fs;

use axum::Router;
use tower_client_cert::{AccessTable, Reason, RequireClientCertLayer};
use tower_http::services::ServeDir;

use crate::scene::{Scene, get, partner, request};
use crate::support::scratch::Scratch;

const HOSTILE: &[&str] = &[
    "/%72estricted/sensitive.txt",
    "/restricte%64/sensitive.txt",
    "/%52estricted/sensitive.txt",
    "/restricted%2fsensitive.txt",
    "/restricted%2Fsensitive.txt",
    "/public/..%2frestricted/sensitive.txt",
    "/public%2f..%2frestricted%2fsensitive.txt",
    "/restricted/%73ensitive.txt",
    "/restricted/sensitive%2etxt",
    "//restricted/sensitive.txt",
    "/restricted//sensitive.txt",
    "///restricted/sensitive.txt",
    "/./restricted/sensitive.txt",
    "/public/../restricted/sensitive.txt",
    "/public/./../restricted/sensitive.txt",
    "/public/%2e%2e/restricted/sensitive.txt",
    "/public/%2E%2E/restricted/sensitive.txt",
    "/public/.%2e/restricted/sensitive.txt",
    "/public/..%5crestricted/sensitive.txt",
    "/restricted%5csensitive.txt",
    "/restricted/sensitive.txt%00",
    "/restricted%00/sensitive.txt",
    "/%2572estricted/sensitive.txt",
    "/public/%252e%252e/restricted/sensitive.txt",
    "/%c0%afrestricted/sensitive.txt",
    "/restricted/sensitive.txt/",
    "/restricted/sensitive.txt/.",
    "/restricted/sensitive.txt?x",
    "/restricted;x/sensitive.txt",
    "/Restricted/sensitive.txt",
    "/restricted /sensitive.txt",
    "/restricted%20/sensitive.txt",
    "/restricted/sensitive.txt%20",
    "/restricted/sensitive.txt%09",
    "/%E2%80%8Brestricted/sensitive.txt",
    "/restricted/",
    "/restricted",
];

const METHODS: &[&str] = &["GET", "HEAD", "get", "Get", "POST", "PUT", "OPTIONS", "TRACE", "PROPFIND", "X", "GETT"];

fn files() -> Scratch {
    let files = Scratch::new("hostile-paths");
    for (folder, file, text) in [("restricted", "sensitive.txt", "SENSITIVE"), ("public", "page.txt", "page")] {
        fs::create_dir_all(files.path().join(folder)).unwrap();
        fs::write(files.path().join(folder).join(file), text).unwrap();
    }
    files
}

fn table() -> AccessTable {
    // As open as a table can be: whatever the line for the folder does not cover is served to anybody.
    let table = AccessTable::builder().allow_anyone_otherwise();
    table.methods(["GET"], "/restricted/**", partner()).unwrap().build()
}

#[tokio::test]
async fn no_spelling_of_the_path_serves_the_guarded_file() {
    let scene = Scene::new();
    let files = files();
    let apps = || {
        let serve = || ServeDir::new(files.path());
        [
            Router::new().fallback_service(serve()).layer(RequireClientCertLayer::table(table())),
            Router::new()
                .fallback_service(Router::new().fallback_service(serve()))
                .layer(RequireClientCertLayer::table(table())),
        ]
    };
    for app in apps() {
        let asked = scene.ask(app, get("/restricted/sensitive.txt", Some(&scene.partner))).await;
        assert_eq!((asked.status(), asked.body.as_str()), (200, "SENSITIVE"));
    }
    for app in apps() {
        assert_eq!(scene.ask(app, get("/public/page.txt", None)).await.body, "page");
    }
    for path in HOSTILE {
        for certificate in [None, Some(&scene.stranger)] {
            for app in apps() {
                for method in METHODS {
                    let Ok(uri) = path.parse::<http::Uri>() else { continue };
                    let mut hostile = request(method, "/", certificate);
                    *hostile.uri_mut() = uri;
                    let asked = scene.ask(app.clone(), hostile).await;
                    assert!(!asked.body.contains("SENSITIVE"), "{method} {path}");
                    assert!(asked.status() != 200, "{method} {path}: {}", asked.body);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_path_with_several_readings_is_400_before_anything_is_asked() {
    let scene = Scene::new();
    let app = || Router::new().fallback(async || "handled").layer(RequireClientCertLayer::table(table()));
    for path in ["/%72estricted/x", "//restricted/x", "/a/../restricted/x", "/restricted%2fx", "/x%5cy", "/x%00"] {
        for certificate in [None, Some(&scene.partner)] {
            let asked = scene.ask(app(), get(path, certificate)).await;
            assert_eq!((asked.status(), asked.reason()), (400, Some(Reason::PathNotNormal)), "{path}");
        }
    }
}

#[tokio::test]
async fn a_method_without_a_line_is_denied_to_the_partner_too() {
    let scene = Scene::new();
    let app = || Router::new().fallback(async || "handled").layer(RequireClientCertLayer::table(table()));
    for method in ["GET", "HEAD"] {
        let asked = scene.ask(app(), request(method, "/restricted/x", Some(&scene.partner))).await;
        assert_eq!(asked.status(), 200, "{method}");
    }
    for method in METHODS.iter().filter(|method| !matches!(**method, "GET" | "HEAD")) {
        let asked = scene.ask(app(), request(method, "/restricted/x", Some(&scene.partner))).await;
        assert_eq!(asked.reason(), Some(Reason::RuleDenied), "{method}");
    }
}
