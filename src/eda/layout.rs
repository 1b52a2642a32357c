//! Places in the plane for the nodes of a graph, so that linked ones lie close to each other.
//!
//! Begins with two eigenvectors of the normalised Laplacian (Belkin & Niyogi, "Laplacian eigenmaps", Neural Computation
//! 15, 2003), found by orthogonal iteration, and goes on with the stochastic steps of UMAP (McInnes, Healy & Melville,
//! 2018, section 3.2) with `a = b = 1`: linked nodes attract each other, a few others chosen by chance repel. Chance
//! comes from a fixed seed, all in one thread: the same links give the same places.

use crate::Random;

/// Rounds of the orthogonal iteration.
const SPECTRAL_ROUNDS: usize = 100;
/// Passes over all links.
const EPOCHS: usize = 150;
/// Nodes that repel for each link that attracts.
const REPELLED: usize = 4;
/// The longest step along one axis.
const MAX_STEP: f32 = 4.0;
/// The plane is about so wide at the beginning.
const WIDTH: f32 = 20.0;

/// A place for each of `num_nodes` nodes; `None` for one without a link.
///
/// Links are (node, other node, weight above zero), in either direction or both. Weights count relative to the largest
/// of each node. `O(num_links)` a pass, some 250 passes.
pub fn places(num_nodes: usize, links: &[(u32, u32, f32)]) -> Vec<Option<[f32; 2]>> {
    let links = symmetric(num_nodes, links);
    let mut degrees = vec![0.0_f32; num_nodes];
    for link in &links {
        degrees[link.one] += link.weight;
        degrees[link.other] += link.weight;
    }
    let mut random = Random::new(0x5eed);
    let mut places = spectral(&links, &degrees, &mut random);
    descend(&mut places, &links, &degrees, &mut random);
    places.into_iter().zip(degrees).map(|(place, degree)| (degree > 0.0).then_some(place)).collect()
}

struct Link {
    one: usize,
    other: usize,
    /// `0..=1`
    weight: f32,
}

/// Each pair once, ascending; the weight is that of the union of both directions, `a + b - a b`.
fn symmetric(num_nodes: usize, links: &[(u32, u32, f32)]) -> Vec<Link> {
    let mut largest = vec![0.0_f32; num_nodes];
    let is_sound = |&&(one, other, weight): &&(u32, u32, f32)| {
        one != other && (one as usize) < num_nodes && (other as usize) < num_nodes && weight > 0.0 && weight.is_finite()
    };
    for &(one, _, weight) in links.iter().filter(is_sound) {
        largest[one as usize] = largest[one as usize].max(weight);
    }
    let mut pairs: Vec<(u32, u32, f32)> = links
        .iter()
        .filter(is_sound)
        .map(|&(one, other, weight)| (one.min(other), one.max(other), weight / largest[one as usize]))
        .collect();
    pairs.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
    let mut merged: Vec<Link> = Vec::new();
    for (one, other, weight) in pairs {
        let (one, other) = (one as usize, other as usize);
        match merged.last_mut() {
            Some(last) if (last.one, last.other) == (one, other) => last.weight += weight - last.weight * weight,
            _ => merged.push(Link { one, other, weight }),
        }
    }
    merged
}

/// The second and third eigenvectors of `D^-1/2 A D^-1/2`, scaled to the width of the plane.
fn spectral(links: &[Link], degrees: &[f32], random: &mut Random) -> Vec<[f32; 2]> {
    let roots: Vec<f32> = degrees.iter().map(|degree| degree.sqrt()).collect();
    let mut vectors = [roots.clone(), Vec::new(), Vec::new()];
    for vector in &mut vectors[1..] {
        *vector = degrees.iter().map(|&degree| if degree > 0.0 { random.unit() - 0.5 } else { 0.0 }).collect();
    }
    for _ in 0..SPECTRAL_ROUNDS {
        for at in 0..vectors.len() {
            if at > 0 {
                // Half of the identity keeps negative eigenvalues from winning.
                let mut next = vectors[at].clone();
                for link in links {
                    let share = link.weight / (roots[link.one] * roots[link.other]);
                    next[link.one] += share * vectors[at][link.other];
                    next[link.other] += share * vectors[at][link.one];
                }
                vectors[at] = next;
            }
            let (before, rest) = vectors.split_at_mut(at);
            let Some(vector) = rest.first_mut() else { continue };
            for other in before.iter() {
                let product: f32 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                vector.iter_mut().zip(other).for_each(|(a, b)| *a -= product * b);
            }
            let length = vector.iter().map(|a| a * a).sum::<f32>().sqrt();
            if length > 0.0 {
                vector.iter_mut().for_each(|a| *a /= length);
            }
        }
    }
    let spread = |vector: &[f32]| vector.iter().fold(0.0_f32, |most, a| most.max(a.abs())).max(f32::MIN_POSITIVE);
    let (wide, high) = (spread(&vectors[1]), spread(&vectors[2]));
    let place = |(x, y): (&f32, &f32)| {
        // Nodes at one spot would stay together.
        let jitter = |random: &mut Random| (random.unit() - 0.5) * 0.01;
        [(x / wide + jitter(random)) * WIDTH / 2.0, (y / high + jitter(random)) * WIDTH / 2.0]
    };
    vectors[1].iter().zip(&vectors[2]).map(place).collect()
}

/// The steps of UMAP: each link as often as its weight says, ever smaller.
fn descend(places: &mut [[f32; 2]], links: &[Link], degrees: &[f32], random: &mut Random) {
    let linked: Vec<usize> = (0..places.len()).filter(|&node| degrees[node] > 0.0).collect();
    let mut due: Vec<f32> = links.iter().map(|_| 0.0).collect();
    for epoch in 0..EPOCHS {
        let rate = 1.0 - epoch as f32 / EPOCHS as f32;
        for (link, due) in links.iter().zip(&mut due) {
            *due += link.weight;
            if *due < 1.0 {
                continue;
            }
            *due -= 1.0;
            let (one, other) = (link.one, link.other);
            let gap = [places[one][0] - places[other][0], places[one][1] - places[other][1]];
            let squared = gap[0] * gap[0] + gap[1] * gap[1];
            for axis in 0..2 {
                let step = (-2.0 * gap[axis] / (1.0 + squared)).clamp(-MAX_STEP, MAX_STEP) * rate;
                places[one][axis] += step;
                places[other][axis] -= step;
            }
            for (node, _) in [(one, other), (other, one)] {
                for _ in 0..REPELLED {
                    let far = linked[random.below(linked.len())];
                    if far == node {
                        continue;
                    }
                    let gap = [places[node][0] - places[far][0], places[node][1] - places[far][1]];
                    let squared = gap[0] * gap[0] + gap[1] * gap[1];
                    for axis in 0..2 {
                        let step = 2.0 * gap[axis] / ((0.001 + squared) * (1.0 + squared));
                        places[node][axis] += step.clamp(-MAX_STEP, MAX_STEP) * rate;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::places;

    /// Groups of nodes, all linked within; one weak link from each group to the next.
    fn groups(num_groups: u32, size: u32) -> Vec<(u32, u32, f32)> {
        let mut links = Vec::new();
        for group in 0..num_groups {
            let first = group * size;
            for one in first..first + size {
                links.extend((first..first + size).filter(|&other| other != one).map(|other| (one, other, 1.0)));
            }
            links.push((first, (first + size) % (num_groups * size), 0.05));
        }
        links
    }

    #[test]
    fn nodes_of_one_group_lie_closer_than_those_of_others() {
        let (num_groups, size) = (4, 12);
        let places = places(48, &groups(num_groups, size));
        let distance = |one: u32, other: u32| {
            let (a, b) = (places[one as usize].unwrap(), places[other as usize].unwrap());
            f64::from(libm::hypotf(a[0] - b[0], a[1] - b[1]))
        };
        let (mut within, mut between) = ((0.0, 0), (0.0, 0));
        for one in 0..48 {
            for other in 0..one {
                let sum = if one / size == other / size { &mut within } else { &mut between };
                *sum = (sum.0 + distance(one, other), sum.1 + 1);
            }
        }
        let (within, between) = (within.0 / f64::from(within.1), between.0 / f64::from(between.1));
        assert!(within * 2.0 < between, "{within} within, {between} between");
    }

    #[test]
    fn places_are_finite_and_the_same_every_time() {
        let links = groups(5, 6);
        let once = places(30, &links);
        assert!(once.iter().flatten().flatten().all(|coordinate| coordinate.is_finite()));
        assert_eq!(once, places(30, &links));
    }

    #[test]
    fn a_node_without_a_sound_link_has_no_place() {
        let found = places(4, &[(0, 1, 0.5), (2, 2, 1.0), (3, 9, 1.0), (3, 0, f32::NAN)]);
        assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false, false]);
        assert_eq!(places(0, &[]), []);
    }
}
