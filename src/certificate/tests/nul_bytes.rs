//! Names with a NUL character are found, wherever they stand.

use super::*;

#[test]
fn a_nul_in_any_name_of_the_subject_is_found_and_its_place_named() {
    let cases = [
        ("cn-with-nul", "subject attribute CN"),
        ("bmp-string-with-nul", "subject attribute CN"),
        ("san-dns-with-nul", "subject alternative name of kind dns"),
        ("san-email-with-nul", "subject alternative name of kind email"),
        ("san-uri-with-nul", "subject alternative name of kind uri"),
        ("san-upn-with-nul", "subject alternative name of kind upn"),
        ("san-dir-with-nul", "subject alternative name of kind dir"),
    ];
    for (file, place) in cases {
        assert_eq!(read(file).name_with_nul().as_deref(), Some(place), "{file}");
    }
}

#[test]
fn no_other_certificate_has_one() {
    for (name, path) in all("read") {
        if !name.ends_with("-with-nul") {
            assert_eq!(try_read(&path).unwrap().name_with_nul(), None, "{name}");
        }
    }
}
