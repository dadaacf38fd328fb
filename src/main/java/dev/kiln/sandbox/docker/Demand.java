package dev.kiln.sandbox.docker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which shapes the last jobs had, and how many cells of each should wait for the next ones. Not for
 * several threads.
 */
final class Demand {
    /** What a request weighs less with each one that follows: the last ten make two thirds. */
    private static final double FADE = 0.9;

    /** Below it a shape is forgotten: some sixty requests after its last. */
    private static final double NOTHING = 0.002;

    private final Map<Shape, Double> weights = new LinkedHashMap<>();
    private Set<Shape> expected = Set.of();

    /** These may be asked for at any time; with no other request known, they share the cells. */
    void expect(Set<Shape> shapes) {
        expected = Set.copyOf(shapes);
    }

    /** One was asked for. */
    void asked(Shape shape) {
        weights.replaceAll((_, weight) -> weight * FADE);
        weights.merge(shape, 1.0, Double::sum);
        weights.values().removeIf(weight -> weight < NOTHING);
    }

    /** How much the shape is in demand, compared with others. */
    double weight(Shape shape) {
        return Math.max(weights.getOrDefault(shape, 0.0), expected.contains(shape) ? NOTHING : 0.0);
    }

    /**
     * How the cells are to be shared: in proportion to the weights, rounded so that all are given
     * away (largest remainder method).
     */
    Map<Shape, Integer> shares(int cells) {
        Map<Shape, Double> all = new LinkedHashMap<>(weights);
        expected.forEach(shape -> all.putIfAbsent(shape, NOTHING));
        double sum = all.values().stream().mapToDouble(Double::doubleValue).sum();
        Map<Shape, Integer> shares = new HashMap<>();
        Map<Shape, Double> remainders = new LinkedHashMap<>();
        int left = cells;
        for (var each : all.entrySet()) {
            double exact = cells * each.getValue() / sum;
            int whole = (int) exact;
            shares.put(each.getKey(), whole);
            remainders.put(each.getKey(), exact - whole);
            left -= whole;
        }
        List<Map.Entry<Shape, Double>> order = new ArrayList<>(remainders.entrySet());
        order.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
        for (var each : order.subList(0, Math.min(left, order.size()))) {
            shares.merge(each.getKey(), 1, Integer::sum);
        }
        return shares;
    }
}
