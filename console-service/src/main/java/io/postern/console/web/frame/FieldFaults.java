package io.postern.console.web.frame;

import io.postern.api.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** The faults of a form, by field. Immutable; any thread. */
public final class FieldFaults {
  public static final FieldFaults NONE = new FieldFaults(List.of());

  private final List<Problem.Fault> faults;

  private FieldFaults(List<Problem.Fault> faults) {
    this.faults = faults;
  }

  public static FieldFaults of(Problem problem) {
    return new FieldFaults(List.copyOf(problem.errors()));
  }

  public boolean isEmpty() {
    return faults.isEmpty();
  }

  /** Those of a field with their cures; empty: none. */
  public String of(String field) {
    return faults.stream()
        .filter(each -> named(each).equals(field))
        .map(FieldFaults::sentence)
        .collect(Collectors.joining(" "));
  }

  /** Those that belong to none of the fields. */
  public List<String> others(List<String> fields) {
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
