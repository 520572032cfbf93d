//! Mistakes that show only when the layer is built, or in a file as a whole.

use crate::world::World;
use crate::wrong::{after, all_are_told, replaced};

/// What shows only when the layer is built as a whole still stands at the key that it is about.
#[test]
fn what_the_whole_contradicts_is_told_where_it_stands() {
    let world = World::new();
    world.directory.write("none.pem", "");
    world.directory.write("garbage", [0x30, 0x00]);
    let pinned = |label: &str| format!("[[pinned]]\ncertificates = \"{}\"\nlabel = \"{label}\"\n", "00".repeat(32));
    let memory = "is 0: expected 1 or more, or remember_nothing where nothing is to be remembered";
    let mut cases = vec![
        replaced(
            "root.pem",
            "none.pem",
            ", line 7, column 1, anchors[0].file: no certificate in file none.pem, expected at least one",
        ),
        after(
            "[[anchors]]\nfile = \"root.pem\"\nlabel = \"theirs\"",
            ", line 6, column 3, anchors: trust anchor CN=Test Root is given twice, labelled \"ours\" and \"theirs\": give it once, with one label",
        ),
        after(
            &format!("{}{}", pinned("a"), pinned("b")),
            ", line 12, column 3, pinned: pin 0000000000000000000000000000000000000000000000000000000000000000 is given twice, labelled \"a\" and \"b\": give it once, with one label",
        ),
        after(
            "[revocation]\nmax_ocsp_certificates = 0",
            ", line 13, column 1, revocation.max_ocsp_certificates: limit max_ocsp_certificates is 0, which would refuse every certificate",
        ),
        after(
            "[revocation]\ncrls = \"garbage\"",
            ", line 13, column 1, revocation.crls: revocation list 1 of file garbage cannot be read: revocation list: ends too early",
        ),
        after(
            "[revocation]\nocsp_answers = \"garbage\"",
            ", line 13, column 1, revocation.ocsp_answers: ocsp answer of file garbage cannot be read: response status: ends too early",
        ),
        after(
            "[revocation]\nmode = \"ocsp\"",
            ", line 13, column 1, revocation.mode: the mode of revocation asks OCSP responders or answers, and none is configured: configure it, or set another mode",
        ),
    ];
    for (key, limit) in [
        ("max_remembered_clients", "max_remembered_clients"),
        ("max_remembered_bytes", "max_remembered_bytes"),
        ("max_verdict_age_seconds", "max_verdict_age"),
    ] {
        let said = format!(", line 13, column 1, memory.{key}: limit {limit} {memory}");
        cases.push(after(&format!("[memory]\n{key} = 0"), said.leak()));
    }
    for element in ["{ first_of = 0 }", "{ last_of = 0 }", "{ from_right = 0, of = 1 }", "{ from_right = 2, of = 1 }"] {
        cases.push(replaced(
            "\"nginx\"",
            &format!("\"envoy\"\nxfcc_element = {element}"),
            ", line 4, column 1, gateway[0].xfcc_element: expected exactly one of only = true, first_of, last_of, and from_right with of, each at least 1",
        ));
    }
    all_are_told(&world, cases);
}

/// Of a file that has nothing of its kind, or is not there, the file itself is named, and no place in it.
#[test]
fn what_is_wrong_with_a_file_as_a_whole_is_told_of_the_file() {
    let world = World::new();
    world.directory.write("empty", "");
    world.directory.write("short", "0123");
    world.directory.write("cut.crl", "-----BEGIN X509 CRL-----\nAAAA");
    let secret =
        |file: &str| format!("\"nginx\"\nsecret_headers = [{{ name = \"x-a\", secret = {{ file = \"{file}\" }} }}]");
    all_are_told(
        &world,
        vec![
            after(
                "[revocation]\ncrls = \"empty\"",
                ", line 13, column 1, revocation.crls: file empty holds no revocation list, expected at least one",
            ),
            after(
                "[revocation]\ncrls = \"root.pem\"",
                ", line 13, column 1, revocation.crls: file root.pem holds 1 PEM block(s) that are not labelled X509 CRL: keep certificates and keys elsewhere",
            ),
            after(
                "[revocation]\ncrls = \"cut.crl\"",
                ", line 13, column 1, revocation.crls: file cut.crl has a PEM block that is cut off or is not base64",
            ),
            after(
                "[revocation]\ncrls = \"nowhere\"",
                ", line 13, column 1, revocation.crls: file nowhere cannot be read: No such file or directory (os error 2)",
            ),
            after(
                "[revocation]\nocsp_answers = \"empty\"",
                ", line 13, column 1, revocation.ocsp_answers: ocsp answer of file empty cannot be read: ocsp response: ends too early",
            ),
            after(
                "[revocation]\nocsp_answers = \"nowhere\"",
                ", line 13, column 1, revocation.ocsp_answers: file nowhere cannot be read: entity not found",
            ),
            replaced(
                "\"nginx\"",
                &secret("empty"),
                ", line 4, column 35, gateway[0].secret_headers[0].secret[0].file: secret from file empty is empty",
            ),
            replaced(
                "\"nginx\"",
                &secret("short"),
                ", line 4, column 35, gateway[0].secret_headers[0].secret[0].file: secret from file short has 4 bytes, expected 16 or more that nobody can guess",
            ),
            replaced(
                "\"nginx\"",
                &secret("nowhere"),
                ", line 4, column 35, gateway[0].secret_headers[0].secret[0].file: cannot read nowhere",
            ),
            replaced(
                "\"nginx\"",
                "\"nginx\"\nheader = \"host\"",
                ", line 4, column 1, gateway[0].header: header name \"host\" cannot carry a certificate: use a field name of its own, such as x-client-cert",
            ),
            replaced(
                "\"nginx\"",
                "\"custom\"\nname = \"a\"\nheader = \"x-a\"\nencoding = \"pem\"\nother_leaf_headers = [{ name = \"x_a\", encoding = \"pem\" }]",
                ", line 7, column 25, gateway[0].other_leaf_headers[0].name: header name \"x_a\" is or looks like another header of the same gateway: give each its own",
            ),
        ],
    );
}
