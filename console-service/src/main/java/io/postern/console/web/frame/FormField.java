package io.postern.console.web.frame;

import java.util.ArrayList;
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

  public static FormField text(
      String name, String label, @Nullable String value, FieldFaults faults) {
    return new FormField(name, label, value == null ? "" : value, faults.of(name), List.of());
  }

  /** One of the reader's organizations, or any; a value that is none of them stays. */
  public static FormField organization(
      Frame f, String label, @Nullable String value, FieldFaults faults) {
    FormField typed = text("organization", label, value, faults);
    List<String> ids = f.organizations();
    if (ids.isEmpty()) {
      return typed;
    }
    List<Choice> choices = new ArrayList<>();
    choices.add(new Choice("", f.t("search.any"), typed.value().isEmpty()));
    ids.forEach(id -> choices.add(new Choice(id, id, id.equals(typed.value()))));
    if (!typed.value().isEmpty() && !ids.contains(typed.value())) {
      choices.add(new Choice(typed.value(), typed.value(), true));
    }
    return new FormField(typed.name(), label, typed.value(), typed.fault(), choices);
  }
}
