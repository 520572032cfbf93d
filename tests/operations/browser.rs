//! The page in a real browser, through a real nginx that ends TLS.
//!
//! A browser cannot be handed a client certificate on its command line, so an nginx of its own stands before it and speaks
//! TLS with the certificate in its stead.

use std::io::Read as _;
use std::net::SocketAddr;

use flate2::read::ZlibDecoder;
use tower_client_cert::{ClientCertLayer, Gateway, Intermediates, TrustAnchors};

use crate::scene::Fixed;
use crate::support::axum_server;
use crate::support::chromium::Chromium;
use crate::support::nginx::Nginx;
use crate::support::pki::{self, Minted, Pki, Shape};
use crate::whoami::{app, hostile};

struct Way {
    _gateway: Nginx,
    browser_side: Nginx,
}

impl Way {
    fn start(pki: &Pki, service: SocketAddr, client: &Minted) -> Option<Self> {
        let server = pki.issue(&Shape::server("gateway.test"));
        let files = [("server.pem", server.pem()), ("server.key", server.key_pem())];
        let gateway = Nginx::start(&files, |port| {
            format!(
                "server {{
                    listen 127.0.0.1:{port} ssl;
                    ssl_certificate server.pem;
                    ssl_certificate_key server.key;
                    ssl_verify_client optional_no_ca;
                    location / {{
                        proxy_pass http://{service};
                        proxy_set_header X-Client-Cert $ssl_client_escaped_cert;
                        proxy_set_header Connection \"\";
                    }}
                }}"
            )
        })?;
        let address = gateway.address();
        let files = [("client.pem", client.pem()), ("client.key", client.key_pem())];
        let browser_side = Nginx::start(&files, |port| {
            format!(
                "server {{
                    listen 127.0.0.1:{port};
                    location / {{
                        proxy_pass https://{address};
                        proxy_ssl_certificate client.pem;
                        proxy_ssl_certificate_key client.key;
                    }}
                }}"
            )
        })?;
        Some(Self { _gateway: gateway, browser_side })
    }

    fn url(&self) -> String {
        format!("http://{}/whoami", self.browser_side.address())
    }
}

async fn serve(pki: &Pki) -> SocketAddr {
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours");
    let layer = ClientCertLayer::builder(Gateway::nginx(["127.0.0.1/32"]).unwrap(), anchors)
        .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
        .clock(Fixed(pki::now()))
        .build()
        .unwrap();
    axum_server::serve(app(layer)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_shows_the_page_and_runs_nothing_of_a_hostile_certificate() {
    let pki = Pki::new();
    let service = serve(&pki).await;
    let Some(browser) = Chromium::find() else { return };
    let Some(way) = Way::start(&pki, service, &hostile(&pki)) else { return };
    let url = way.url();
    let document = tokio::task::spawn_blocking(move || (browser.document(&url), browser.picture(&url))).await.unwrap();
    let (document, picture) = document;
    assert!(document.contains("<title>Who am I?</title>"), "{document}");
    assert!(document.contains("known client") && document.contains("trust anchor"), "{document}");
    assert!(!document.contains("<script") && !document.contains("<img"), "{document}");
    assert!(document.contains("&lt;script&gt;document.title='owned'&lt;/script&gt;"), "{document}");
    assert!(document.contains("<span class=\"unseen\">U+202E</span>"), "{document}");
    assert_eq!(background(&picture), [0xf6, 0xf7, 0xf9], "the style is the page's");
}

/// The colour of the picture's first pixel, which is the page's own background: white where the style was not let
/// through. In the first place of the first line every filter of PNG leaves a pixel as it is.
fn background(png: &[u8]) -> [u8; 3] {
    let mut compressed = Vec::new();
    let mut rest = &png[8..];
    while rest.len() >= 12 {
        let length = usize::try_from(u32::from_be_bytes(rest[..4].try_into().unwrap())).unwrap();
        if &rest[4..8] == b"IDAT" {
            compressed.extend_from_slice(&rest[8..8 + length]);
        }
        rest = &rest[12 + length..];
    }
    let mut line = [0; 4];
    ZlibDecoder::new(compressed.as_slice()).read_exact(&mut line).unwrap();
    [line[1], line[2], line[3]]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_with_a_bad_certificate_is_shown_what_is_wrong_with_it() {
    let pki = Pki::new();
    let service = serve(&pki).await;
    let Some(browser) = Chromium::find() else { return };
    let stranger = Shape::authority("Foreign Root").self_signed().issue(&Shape::partner());
    let Some(way) = Way::start(&pki, service, &stranger) else { return };
    let url = way.url();
    let document = tokio::task::spawn_blocking(move || browser.document(&url)).await.unwrap();
    assert!(document.contains("<h1>issuer-unknown</h1>") && document.contains("Foreign Root"), "{document}");
}
