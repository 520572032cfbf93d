use crate::{page, pages, root};

#[test]
fn every_link_between_documents_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for from in pages() {
        for (line, target) in from.links() {
            if target.starts_with("https://") {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((&target, ""));
            let directory = root().join(&from.path).parent().unwrap().to_owned();
            let to = if path.is_empty() { root().join(&from.path) } else { directory.join(path) };
            let leads_there = to.exists()
                && (heading.is_empty()
                    || page(&to.canonicalize().unwrap()).anchors().iter().any(|known| known == heading));
            if !leads_there {
                broken.push(format!("{}:{line}: {target}", from.path));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_document_is_reached_from_the_index() {
    let index = page(&root().join("docs/README.md"));
    let gateways = page(&root().join("docs/gateways/README.md"));
    let linked = |page: &crate::Page, name: &str| {
        page.links().iter().any(|(_, target)| target.split('#').next().unwrap().trim_start_matches("./") == name)
    };
    for document in pages() {
        let Some(name) = document.path.strip_prefix("docs/") else { continue };
        let is_reached = match name.strip_prefix("gateways/") {
            Some("README.md") => linked(&index, "gateways/README.md"),
            Some(gateway) => linked(&gateways, gateway),
            None => name == "README.md" || linked(&index, name),
        };
        assert!(is_reached, "{} is in no index", document.path);
    }
}
