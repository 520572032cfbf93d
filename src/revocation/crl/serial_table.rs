use std::cmp::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::status::RevocationReason;
use crate::certificate::MAX_SERIAL_OCTETS;

/// The entries of one list, sorted: what a look-up needs and nothing else, about 23 octets for a serial number of 20.
///
/// Serial numbers stand apart by their length. Where there are many of one length, their two leading octets are kept in
/// an index; the rest, the date and the reason follow one another without gaps.
#[derive(Debug)]
pub(super) struct SerialTable {
    widths: Vec<Width>,
    entries: usize,
}

/// One entry of a list, as it is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    length_octets: u8,
    octets: [u8; MAX_SERIAL_OCTETS],
    revoked_at_seconds: u32,
    reason: u8,
}

/// When a certificate was revoked, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Revoked {
    pub(super) at: SystemTime,
    pub(super) reason: Option<RevocationReason>,
}

/// The entries with serial numbers of one length.
#[derive(Debug)]
struct Width {
    serial_octets: usize,
    index: Index,
    /// What the index leaves of the serial number, then date and reason, for each entry.
    records: Vec<u8>,
}

/// How the records of a width are found.
#[derive(Debug)]
enum Index {
    /// By halving: few entries. Records have the whole serial number.
    Halving,
    /// By the two leading octets, which records leave out: the place of the first record that has them.
    Leading(Vec<u32>),
}

impl Entry {
    /// `None` for a serial number that no certificate can have.
    pub(super) fn new(serial: &[u8], revoked_at: SystemTime, reason: Option<RevocationReason>) -> Option<Self> {
        let mut octets = [0; MAX_SERIAL_OCTETS];
        octets.get_mut(..serial.len())?.copy_from_slice(serial);
        let seconds = revoked_at.duration_since(UNIX_EPOCH).map_or(0, |since_1970| since_1970.as_secs());
        Some(Self {
            length_octets: u8::try_from(serial.len()).ok()?,
            octets,
            revoked_at_seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
            reason: reason.map_or(NO_REASON, RevocationReason::code),
        })
    }

    fn serial(&self) -> &[u8] {
        self.octets.get(..usize::from(self.length_octets)).unwrap_or_default()
    }
}

impl SerialTable {
    /// `None` for more entries than can be counted in 32 bits.
    pub(super) fn new(mut entries: Vec<Entry>) -> Option<Self> {
        entries.sort_unstable();
        let groups = entries.chunk_by(|left, right| left.length_octets == right.length_octets);
        let widths = groups.map(Width::of).collect::<Option<_>>()?;
        Some(Self { widths, entries: entries.len() })
    }

    pub(super) fn len(&self) -> usize {
        self.entries
    }

    /// The entry of a serial number, by the content octets of its INTEGER.
    pub(super) fn find(&self, serial: &[u8]) -> Option<Revoked> {
        self.widths.iter().find(|width| width.serial_octets == serial.len())?.find(serial)
    }

    /// Octets on the heap.
    #[cfg(any(fuzzing, test))]
    pub(super) fn heap_octets(&self) -> usize {
        let of = |width: &Width| {
            let index = match &width.index {
                Index::Halving => 0,
                Index::Leading(starts) => starts.capacity() * size_of::<u32>(),
            };
            width.records.capacity() + index
        };
        self.widths.capacity() * size_of::<Width>() + self.widths.iter().map(of).sum::<usize>()
    }
}

impl Width {
    fn of(entries: &[Entry]) -> Option<Self> {
        let serial_octets = entries.first()?.serial().len();
        let index = Index::of(entries)?;
        let mut records = Vec::with_capacity(entries.len() * index.record_octets(serial_octets));
        for entry in entries {
            records.extend_from_slice(index.split(entry.serial())?.1);
            records.extend_from_slice(&entry.revoked_at_seconds.to_be_bytes());
            records.push(entry.reason);
        }
        Some(Self { serial_octets, index, records })
    }

    fn find(&self, serial: &[u8]) -> Option<Revoked> {
        let (leading, suffix) = self.index.split(serial)?;
        let record_octets = self.index.record_octets(self.serial_octets);
        let (mut low, mut high) = match &self.index {
            Index::Halving => (0, self.records.len() / record_octets),
            Index::Leading(starts) => {
                let start = |place: usize| usize::try_from(*starts.get(place)?).ok();
                (start(leading)?, start(leading + 1)?)
            }
        };
        // From where it stands if serial numbers are spread evenly, in steps that double: mostly that is one line of memory,
        // and never more than twice as many steps as by halving.
        let mut middle = low + self.index.guess(suffix, high - low);
        let mut step = self.index.first_step();
        while low < high {
            let record = self.records.get(middle * record_octets..(middle + 1) * record_octets)?;
            let (found, rest) = record.split_at_checked(suffix.len())?;
            match found.cmp(suffix) {
                Ordering::Equal => return Revoked::read(rest),
                Ordering::Less => {
                    low = middle + 1;
                    middle = low + step.min((high - low) / 2);
                }
                Ordering::Greater => {
                    high = middle;
                    middle = high.saturating_sub(1 + step.min((high - low) / 2));
                }
            }
            step = step.saturating_mul(2).saturating_add(1);
        }
        None
    }
}

impl Index {
    /// `entries` are sorted and of one length.
    fn of(entries: &[Entry]) -> Option<Self> {
        if entries.len() < LEADING_VALUES || entries.first()?.serial().len() < LEADING_OCTETS {
            return Some(Self::Halving);
        }
        let mut starts = Vec::with_capacity(LEADING_VALUES + 1);
        for (place, entry) in entries.iter().enumerate() {
            let leading = leading(entry.serial())?.0;
            while starts.len() <= leading {
                starts.push(u32::try_from(place).ok()?);
            }
        }
        starts.resize(LEADING_VALUES + 1, u32::try_from(entries.len()).ok()?);
        Some(Self::Leading(starts))
    }

    /// The place in the index, and what stands in a record.
    fn split<'a>(&self, serial: &'a [u8]) -> Option<(usize, &'a [u8])> {
        match self {
            Self::Halving => Some((0, serial)),
            Self::Leading(_) => leading(serial),
        }
    }

    /// Where among so many records one is likely to stand.
    fn guess(&self, suffix: &[u8], records: usize) -> usize {
        let share = match (self, suffix.first_chunk()) {
            (Self::Leading(_), Some(next)) => records.checked_mul(u16::from_be_bytes(*next).into()),
            _ => None,
        };
        share.map_or(records / 2, |share| share >> u16::BITS)
    }

    /// How far from a guess that was wrong the next one is; the longest step halves what is left.
    fn first_step(&self) -> usize {
        match self {
            Self::Halving => usize::MAX,
            Self::Leading(_) => 0,
        }
    }

    fn record_octets(&self, serial_octets: usize) -> usize {
        let kept = match self {
            Self::Halving => serial_octets,
            Self::Leading(_) => serial_octets.saturating_sub(LEADING_OCTETS),
        };
        kept + DATE_OCTETS + REASON_OCTETS
    }
}

impl Revoked {
    fn read(record: &[u8]) -> Option<Self> {
        let (seconds, reason) = record.split_first_chunk()?;
        let at = UNIX_EPOCH + Duration::from_secs(u32::from_be_bytes(*seconds).into());
        Some(Self { at, reason: RevocationReason::from_code(*reason.first()?) })
    }
}

/// The two leading octets as a number, and what follows them.
fn leading(serial: &[u8]) -> Option<(usize, &[u8])> {
    let (leading, suffix) = serial.split_first_chunk::<LEADING_OCTETS>()?;
    Some((u16::from_be_bytes(*leading).into(), suffix))
}

const LEADING_OCTETS: usize = 2;

/// Values that the leading octets can have.
const LEADING_VALUES: usize = 65_536;

/// Seconds since 1970, unsigned: enough until 2106.
const DATE_OCTETS: usize = 4;

const REASON_OCTETS: usize = 1;

/// Stands for an entry without a reason; no code of a reason is as high.
const NO_REASON: u8 = u8::MAX;

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::time::Instant;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn table(serials: &[&[u8]]) -> SerialTable {
        let entry = |(place, serial): (usize, &&[u8])| Entry::new(serial, at(place.try_into().unwrap()), None).unwrap();
        SerialTable::new(serials.iter().enumerate().map(entry).collect()).unwrap()
    }

    /// A serial number that looks as if drawn at random, of 20 octets.
    fn twenty_octets(number: u64) -> [u8; 20] {
        let mut octets = [0; 20];
        let mut state = number;
        for part in octets.chunks_mut(8) {
            // splitmix64
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes()[..part.len()]);
        }
        octets[0] = octets[0] & 0x7f | 0x40;
        octets
    }

    #[test]
    fn a_serial_number_is_found_with_its_own_date_and_no_other_is() {
        let serials: [&[u8]; 9] =
            [&[1], &[2], &[0, 0x80], &[0x80], &[1, 2], &[1, 2, 3], &[1, 2, 4], &[2, 2, 3], &[0x7f; 20]];
        let table = table(&serials);
        assert_eq!(table.len(), 9);
        for (place, serial) in serials.iter().enumerate() {
            let expected = Revoked { at: at(place.try_into().unwrap()), reason: None };
            assert_eq!(table.find(serial), Some(expected), "{serial:?}");
        }
        for absent in [&[][..], &[3], &[0], &[1, 0], &[0, 1], &[1, 2, 2], &[1, 2, 5], &[1, 2, 3, 4], &[0x7f; 19]] {
            assert_eq!(table.find(absent), None, "{absent:?}");
        }
    }

    #[test]
    fn reasons_and_dates_come_back_as_they_went_in() {
        let reasons = (0..=u8::MAX).filter_map(RevocationReason::from_code).map(Some).chain([None]);
        for reason in reasons {
            let entry = Entry::new(&[7, 7, 7], at(1_772_366_400), reason).unwrap();
            let found = SerialTable::new(vec![entry]).unwrap().find(&[7, 7, 7]).unwrap();
            assert_eq!(found, Revoked { at: at(1_772_366_400), reason });
        }
    }

    #[test]
    fn a_date_beyond_what_can_be_kept_is_still_a_revocation() {
        let entry = Entry::new(&[7], at(u64::MAX >> 24), None).unwrap();
        assert_eq!(SerialTable::new(vec![entry]).unwrap().find(&[7]).unwrap().at, at(u32::MAX.into()));
        let before_1970 = Entry::new(&[7], UNIX_EPOCH - Duration::from_secs(1), None).unwrap();
        assert_eq!(SerialTable::new(vec![before_1970]).unwrap().find(&[7]).unwrap().at, UNIX_EPOCH);
    }

    #[test]
    fn a_serial_number_longer_than_any_certificate_can_have_is_no_entry() {
        assert!(Entry::new(&[1; MAX_SERIAL_OCTETS], UNIX_EPOCH, None).is_some());
        assert!(Entry::new(&[1; MAX_SERIAL_OCTETS + 1], UNIX_EPOCH, None).is_none());
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        assert_eq!(table(&[]).find(&[1]), None);
    }

    #[test]
    fn many_short_serial_numbers_are_found_one_by_one() {
        let numbers = 0..200_000_u32;
        let octets = |number: u32| [&[1][..], &number.to_be_bytes()[1..]].concat();
        let entry = |number| Entry::new(&octets(number), at(u64::from(number)), None).unwrap();
        let table = SerialTable::new(numbers.clone().step_by(2).map(entry).collect()).unwrap();
        for number in numbers {
            let found = table.find(&octets(number)).map(|revoked| revoked.at);
            assert_eq!(found, (number % 2 == 0).then(|| at(u64::from(number))), "{number}");
        }
        let two_octets = |number: u32| number.to_be_bytes()[2..].to_vec();
        let entry = |number| Entry::new(&two_octets(number), at(u64::from(number)), None).unwrap();
        let table = SerialTable::new((0..65_536).map(entry).collect()).unwrap();
        assert!((0..65_536).all(|number| table.find(&two_octets(number)).unwrap().at == at(u64::from(number))));
    }

    #[test]
    fn serial_numbers_that_are_not_spread_evenly_are_found_one_by_one() {
        const ENTRIES: u32 = 140_000;
        // Far behind where they would stand if they were spread evenly, far before it, and at both ends of it.
        let after_leading = [|_| 0_u16, |_| u16::MAX, |number| if number % 2 == 0 { 0 } else { u16::MAX }];
        for middle in after_leading {
            let octets = |number: u32| [&[0x40, 0][..], &middle(number).to_be_bytes(), &number.to_be_bytes()].concat();
            let entry = |number| Entry::new(&octets(number), at(u64::from(number)), None).unwrap();
            let table = SerialTable::new((0..ENTRIES).filter(|number| number % 3 != 0).map(entry).collect()).unwrap();
            assert!(matches!(table.widths[0].index, Index::Leading(_)));
            for number in 0..ENTRIES {
                let found = table.find(&octets(number)).map(|revoked| revoked.at);
                assert_eq!(found, (number % 3 != 0).then(|| at(u64::from(number))), "{number}");
            }
        }
    }

    #[test]
    fn a_million_entries_take_24_megabytes_and_are_found() {
        const ENTRIES: u64 = 1_000_000;
        let entry = |number| Entry::new(&twenty_octets(number), at(1_772_366_400), None).unwrap();
        let table = SerialTable::new((0..ENTRIES).map(entry).collect()).unwrap();
        // 23 octets each, and the index.
        assert!((23_200_000..=24_000_000).contains(&table.heap_octets()), "{} octets", table.heap_octets());

        let asked: Vec<_> = (0..ENTRIES).step_by(7).map(twenty_octets).collect();
        let started = Instant::now();
        assert!(asked.iter().all(|serial| black_box(table.find(black_box(serial))).is_some()));
        let nanoseconds = started.elapsed().as_nanos() / u128::try_from(asked.len()).unwrap();
        eprintln!("{} octets, {nanoseconds} ns for a look-up", table.heap_octets());
        assert!((ENTRIES..ENTRIES + 1000).all(|number| table.find(&twenty_octets(number)).is_none()));
    }
}
