package io.postern.console.web.mail;

import io.postern.console.search.Filter;
import io.postern.console.web.frame.Frame;
import io.postern.contracts.QueueId;
import io.postern.contracts.RefusalReference;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Recognises what somebody typed into the search box, and says which page answers it. Any thread.
 */
final class SearchBox {
  private static final Pattern MESSAGE_ID = Pattern.compile("<[^<>\\s]+>");
  private static final Pattern DOMAIN = Pattern.compile("[^\\s@/<>]+\\.[^\\s@/<>.]{2,}");

  private final Predicate<String> isMessage;
  private final Predicate<String> isRefusal;

  /**
   * @param isMessage whether the reader sees a message with this queue id
   * @param isRefusal the same of a reference
   */
  SearchBox(Predicate<String> isMessage, Predicate<String> isRefusal) {
    this.isMessage = isMessage;
    this.isRefusal = isRefusal;
  }

  /** Path and query of the page. */
  String target(String typed) {
    String text = typed.strip();
    if (text.isEmpty()) {
      return "/messages";
    }
    if (isQueueId(text)) {
      return isMessage.test(text) ? "/messages/" + text : "/messages?queueId=" + text;
    }
    String reference = reference(text);
    if (!reference.isEmpty() && isRefusal.test(reference)) {
      return "/refusals/" + reference;
    }
    // A word of eight letters may be a reference that was read over the phone, or a name.
    if (!reference.isEmpty() && text.indexOf('-') == 4) {
      return "/messages?reference=" + reference;
    }
    return "/messages?" + name(text) + "=" + Frame.encoded(text);
  }

  private static String name(String text) {
    if (MESSAGE_ID.matcher(text).matches()) {
      return "messageId";
    }
    if (Filter.isRange(text)) {
      return "ip";
    }
    boolean party = text.indexOf('@') >= 0 || DOMAIN.matcher(text).matches();
    return party ? "who" : "connector";
  }

  private static boolean isQueueId(String text) {
    try {
      QueueId.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Empty: it is none. */
  private static String reference(String text) {
    try {
      return RefusalReference.parse(text);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
