package io.postern.console.web;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field of a form, with what was typed and what is wrong with it.
 *
 * @param name also its id
 * @param fault with its cure; empty: none
 * @param choices none: any text
 */
public record FormField(
    String name, String label, String value, String fault, List<Choice> choices) {
  /** A value to choose. */
  public record Choice(String value, String label, boolean selected) {}

  public FormField {
    choices = List.copyOf(choices);
  }

  static FormField text(String name, String label, @Nullable String value, FieldFaults faults) {
    return new FormField(name, label, value == null ? "" : value, faults.of(name), List.of());
  }
}
