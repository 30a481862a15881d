package io.postern.console.web.peers;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads the answers of the other services for pages. Stateless. */
public final class PeerJson {
  private PeerJson() {}

  /** The text of a field; empty: it is missing or null. */
  public static String text(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return value.isNull() ? "" : value.asText("");
  }

  /** The texts of a list. */
  public static List<String> texts(JsonNode object, String field) {
    List<String> texts = new ArrayList<>();
    object.path(field).forEach(each -> texts.add(each.asText("")));
    return texts;
  }

  /**
   * An answer without which the rest of a page is still shown.
   *
   * @param notes get the sentence of a failure
   * @return empty: it failed
   */
  public static Optional<JsonNode> get(Peer peer, String path, List<String> notes) {
    return get(() -> peer.get(path), notes);
  }

  /** The same of any call. */
  public static <T> Optional<T> get(Supplier<T> call, List<String> notes) {
    try {
      return Optional.of(call.get());
    } catch (ProblemException e) {
      String note = e.problem().detail().isEmpty() ? e.problem().title() : e.problem().detail();
      if (!notes.contains(note)) {
        notes.add(note);
      }
      return Optional.empty();
    }
  }
}
