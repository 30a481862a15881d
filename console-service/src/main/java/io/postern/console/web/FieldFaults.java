package io.postern.console.web;

import io.postern.api.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** The faults of a form, by field. Immutable; any thread. */
final class FieldFaults {
  static final FieldFaults NONE = new FieldFaults(List.of());

  private final List<Problem.Fault> faults;

  private FieldFaults(List<Problem.Fault> faults) {
    this.faults = faults;
  }

  static FieldFaults of(Problem problem) {
    return new FieldFaults(List.copyOf(problem.errors()));
  }

  boolean isEmpty() {
    return faults.isEmpty();
  }

  /** Those of a field with their cures; empty: none. */
  String of(String field) {
    return faults.stream()
        .filter(each -> named(each).equals(field))
        .map(FieldFaults::sentence)
        .collect(Collectors.joining(" "));
  }

  /** Those that belong to none of the fields. */
  List<String> others(List<String> fields) {
    return faults.stream()
        .filter(each -> !fields.contains(named(each)))
        .map(FieldFaults::sentence)
        .toList();
  }

  /** Some services write sentences, and some parts of one. */
  private static String sentence(Problem.Fault fault) {
    String separator = fault.problem().matches(".*[.:!?]") ? " " : ": ";
    return fault.cure().isEmpty() ? fault.problem() : fault.problem() + separator + fault.cure();
  }

  /** A pointer into JSON, or the name of a parameter. */
  private static String named(Problem.Fault fault) {
    String pointer = fault.pointer();
    return pointer.startsWith("/") ? pointer.substring(1).replaceFirst("/.*", "") : pointer;
  }
}
