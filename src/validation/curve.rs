//! Whether the octets of a key are a point on its curve.
//!
//! Nothing here is secret, and no signature is verified with it: the signature provider does that for keys of issuers.
//! The key of a client is used by the gateway alone, so nobody else would notice here that it is none.

/// A curve `y² = x³ - 3x + b` over a prime field of `LIMBS` words of 64 bits, least significant word first.
///
/// Constants of NIST SP 800-186 section 3.2.1, in the form that Montgomery multiplication needs: with R the power of
/// two above the prime, `b_r` is b·R and `r_squared` is R², both modulo the prime.
struct Curve<const LIMBS: usize> {
    prime: [u64; LIMBS],
    b_r: [u64; LIMBS],
    r_squared: [u64; LIMBS],
    /// `-1 / prime` modulo 2⁶⁴.
    inverse: u64,
    /// Octets of one coordinate.
    coordinate_octets: usize,
}

/// Whether `octets` are an uncompressed point on P-256, P-384 or P-521 (RFC 5480 section 2.2), given by its object
/// identifier. The point at infinity has no such form.
pub(super) fn holds_point(curve: &str, octets: &[u8]) -> bool {
    match curve {
        P256_OID => P256.holds(octets),
        P384_OID => P384.holds(octets),
        P521_OID => P521.holds(octets),
        _ => false,
    }
}

impl<const LIMBS: usize> Curve<LIMBS> {
    fn holds(&self, octets: &[u8]) -> bool {
        let Some((&UNCOMPRESSED, coordinates)) = octets.split_first() else { return false };
        if coordinates.len() != 2 * self.coordinate_octets {
            return false;
        }
        let (x, y) = coordinates.split_at(self.coordinate_octets);
        let (Some(x), Some(y)) = (self.read(x), self.read(y)) else { return false };
        let (x, y) = (self.multiply(&x, &self.r_squared), self.multiply(&y, &self.r_squared));
        // x³ - 3x + b = x(x² - 3) + b would need 3·R as one more constant; adding x three times does not.
        let left = self.add(&self.add(&self.multiply(&y, &y), &x), &self.add(&x, &x));
        let right = self.add(&self.multiply(&self.multiply(&x, &x), &x), &self.b_r);
        left == right
    }

    /// A coordinate, which must be below the prime.
    fn read(&self, octets: &[u8]) -> Option<[u64; LIMBS]> {
        let mut number = [0; LIMBS];
        for (limb, chunk) in number.iter_mut().zip(octets.rchunks(8)) {
            *limb = chunk.iter().fold(0, |limb, octet| limb * 256 + u64::from(*octet));
        }
        self.minus_prime(&number).1.then_some(number)
    }

    /// The number less the prime, and whether that is negative.
    fn minus_prime(&self, number: &[u64; LIMBS]) -> ([u64; LIMBS], bool) {
        let (mut difference, mut borrow) = ([0; LIMBS], false);
        for ((limb, left), right) in difference.iter_mut().zip(number).zip(&self.prime) {
            let (once, under) = left.overflowing_sub(*right);
            let (twice, under_again) = once.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (twice, under || under_again);
        }
        (difference, borrow)
    }

    fn add(&self, left: &[u64; LIMBS], right: &[u64; LIMBS]) -> [u64; LIMBS] {
        let (mut sum, mut carry) = ([0; LIMBS], 0);
        for ((limb, left), right) in sum.iter_mut().zip(left).zip(right) {
            (*limb, carry) = split(u128::from(*left) + u128::from(*right) + u128::from(carry));
        }
        self.reduced(sum, carry)
    }

    /// `left · right / R` modulo the prime.
    fn multiply(&self, left: &[u64; LIMBS], right: &[u64; LIMBS]) -> [u64; LIMBS] {
        let (mut sum, mut top) = ([0; LIMBS], 0);
        for factor in right {
            let (mut carry, mut above) = (0, 0);
            for (limb, left) in sum.iter_mut().zip(left) {
                (*limb, carry) = multiply_add(*left, *factor, *limb, carry);
            }
            (top, above) = add_carry(top, carry, above);
            // A multiple of the prime that makes the lowest word zero, which then drops out.
            let multiple = sum.first().copied().unwrap_or_default().wrapping_mul(self.inverse);
            carry = 0;
            for (limb, prime) in sum.iter_mut().zip(&self.prime) {
                (*limb, carry) = multiply_add(multiple, *prime, *limb, carry);
            }
            (top, above) = add_carry(top, carry, above);
            sum.rotate_left(1);
            if let Some(last) = sum.last_mut() {
                *last = top;
            }
            top = above;
        }
        self.reduced(sum, top)
    }

    /// The number with `carry` above its highest word, which is below twice the prime, modulo the prime.
    fn reduced(&self, number: [u64; LIMBS], carry: u64) -> [u64; LIMBS] {
        let (difference, is_negative) = self.minus_prime(&number);
        if carry == 0 && is_negative { number } else { difference }
    }
}

/// `left · right + addend + carry` as low and high word.
fn multiply_add(left: u64, right: u64, addend: u64, carry: u64) -> (u64, u64) {
    split(u128::from(left) * u128::from(right) + u128::from(addend) + u128::from(carry))
}

fn add_carry(left: u64, right: u64, above: u64) -> (u64, u64) {
    let (sum, overflows) = left.overflowing_add(right);
    (sum, above + u64::from(overflows))
}

fn split(number: u128) -> (u64, u64) {
    let low = u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default();
    (low, u64::try_from(number >> 64).unwrap_or_default())
}

/// RFC 5480 section 2.2, SEC 1 section 2.3.3.
const UNCOMPRESSED: u8 = 4;

pub(super) const P256_OID: &str = "1.2.840.10045.3.1.7";
pub(super) const P384_OID: &str = "1.3.132.0.34";
pub(super) const P521_OID: &str = "1.3.132.0.35";

const P256: Curve<4> = Curve {
    prime: [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0, 0xffff_ffff_0000_0001],
    b_r: [0xd89c_df62_29c4_bddf, 0xacf0_05cd_7884_3090, 0xe5a2_20ab_f721_2ed6, 0xdc30_061d_0487_4834],
    r_squared: [3, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x0000_0004_ffff_fffd],
    inverse: 1,
    coordinate_octets: 32,
};

const P384: Curve<6> = Curve {
    prime: [
        0x0000_0000_ffff_ffff,
        0xffff_ffff_0000_0000,
        0xffff_ffff_ffff_fffe,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
    ],
    b_r: [
        0x0811_8871_9d41_2dcc,
        0xf729_add8_7a4c_32ec,
        0x77f2_209b_1920_022e,
        0xe337_4bee_9493_8ae2,
        0xb62b_21f4_1f02_2094,
        0xcd08_114b_604f_bff9,
    ],
    r_squared: [0xffff_fffe_0000_0001, 0x0000_0002_0000_0000, 0xffff_fffe_0000_0000, 0x0000_0002_0000_0000, 1, 0],
    inverse: 0x0000_0001_0000_0001,
    coordinate_octets: 48,
};

const P521: Curve<9> = Curve {
    prime: [
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0x1ff,
    ],
    b_r: [
        0x8014_654f_ae58_6387,
        0x78f7_a28f_ea35_a81f,
        0x839a_b9ef_c41e_961a,
        0xbd8b_2960_5e9d_d8df,
        0xf0ab_0c9c_a8f6_3f49,
        0xf9dc_5a44_c8c7_7884,
        0x7751_6d39_2dcc_d98a,
        0x0fc9_4d10_d05b_42a0,
        0x4d,
    ],
    r_squared: [0, 0x4000_0000_0000, 0, 0, 0, 0, 0, 0, 0],
    inverse: 1,
    coordinate_octets: 66,
};

#[cfg(test)]
mod tests {
    use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PublicKeyData};

    use super::*;

    #[test]
    fn every_key_that_is_made_lies_on_its_curve_and_on_no_other() {
        let curves = [
            (P256_OID, &PKCS_ECDSA_P256_SHA256),
            (P384_OID, &PKCS_ECDSA_P384_SHA384),
            (P521_OID, &PKCS_ECDSA_P521_SHA512),
        ];
        for (oid, algorithm) in curves {
            for _ in 0..50 {
                let key = KeyPair::generate_for(algorithm).unwrap();
                let point = key.der_bytes();
                assert!(holds_point(oid, point), "{oid} {point:02x?}");
                for (other, _) in curves.iter().filter(|(other, _)| *other != oid) {
                    assert!(!holds_point(other, point));
                }
            }
        }
    }

    #[test]
    fn a_point_with_any_bit_turned_lies_on_no_curve() {
        for (oid, algorithm) in [(P256_OID, &PKCS_ECDSA_P256_SHA256), (P521_OID, &PKCS_ECDSA_P521_SHA512)] {
            let key = KeyPair::generate_for(algorithm).unwrap();
            for bit in 0..key.der_bytes().len() * 8 {
                let mut point = key.der_bytes().to_vec();
                point[bit / 8] ^= 1 << (bit % 8);
                assert!(!holds_point(oid, &point), "{oid} bit {bit}");
            }
        }
    }

    #[test]
    fn coordinates_that_are_not_below_the_prime_are_refused() {
        // (0, y) with y² = b, and x = p in place of 0, which is the same number modulo p.
        let y = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
        let prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
        let octets = |hex: &str| -> Vec<u8> {
            hex.as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect()
        };
        assert!(holds_point(P256_OID, &octets(&format!("04{}{y}", "00".repeat(32)))));
        assert!(!holds_point(P256_OID, &octets(&format!("04{prime}{y}"))));
    }

    #[test]
    fn other_forms_of_points_are_refused() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let point = key.der_bytes();
        let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
        for octets in [&compressed[..], &[], &[0], &[4], &point[..64], &[point, &[0]].concat()] {
            assert!(!holds_point(P256_OID, octets), "{octets:02x?}");
        }
    }
}
