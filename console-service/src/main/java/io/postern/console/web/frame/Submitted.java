package io.postern.console.web.frame;

import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;

/** The fields of the form that this request sends, by names that a page knows alone. */
@Singleton
public class Submitted {
  /** Stripped; empty: it was not sent. */
  public String text(String field) {
    return all(field).stream().findFirst().orElse("").strip();
  }

  public boolean has(String field) {
    return !all(field).isEmpty();
  }

  /** Values with a comma, a space or a line's end between them. */
  public List<String> list(String field) {
    return split(String.join("\n", all(field)));
  }

  public static List<String> split(String text) {
    return Arrays.stream(text.split("[,;\\s]+")).filter(each -> !each.isEmpty()).toList();
  }

  private static List<String> all(String field) {
    var request = CurrentRequestManager.get();
    Object values = request == null ? null : request.getFormParameter(field, false, false);
    return values instanceof Collection<?> many
        ? many.stream().map(String::valueOf).toList()
        : List.of();
  }
}
