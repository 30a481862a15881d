package io.postern.console.web.mail;

import io.postern.console.search.Found;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a list of messages and refusals: a recipient, or a refusal. Immutable.
 *
 * @param first of its message
 * @param span rows of the message
 * @param id queue id or reference; empty: a count without one
 * @param sessionTls none, TLSv1.2, TLSv1.3
 * @param state of the recipient, or refused
 * @param token of the last attempt; empty: none
 * @param reason code of the reason or rule
 * @param why the same as a sentence
 * @param count refusals that it stands for
 * @param further recipients that are not shown; 0: none
 */
public record SearchRow(
    boolean first,
    int span,
    String at,
    String id,
    String link,
    String from,
    String clientIp,
    String sessionTls,
    String to,
    String state,
    String token,
    List<Connector> connectors,
    String reason,
    String why,
    long count,
    long further) {
  /** A connector by which the mail came or goes. */
  public record Connector(String name, String link, boolean inbound) {}

  public SearchRow {
    connectors = List.copyOf(connectors);
  }

  static List<SearchRow> of(List<Found.Entry> found, MailText text) {
    List<SearchRow> rows = new ArrayList<>();
    for (Found.Entry entry : found) {
      Found.MessageView message = entry.message();
      Found.RefusalView refusal = entry.refusal();
      if (message != null) {
        rows.addAll(ofMessage(entry.at(), message, text));
      } else if (refusal != null) {
        rows.add(ofRefusal(entry.at(), refusal, text));
      }
    }
    return rows;
  }

  private static List<SearchRow> ofMessage(String at, Found.MessageView message, MailText text) {
    List<SearchRow> rows = new ArrayList<>();
    int span = message.recipients().size();
    long further = message.furtherRecipients() == null ? 0 : message.furtherRecipients();
    for (Found.RecipientView recipient : message.recipients()) {
      List<Connector> connectors = new ArrayList<>();
      add(
          connectors,
          text(recipient.inboundOrganization()),
          true,
          text(recipient.inboundConnector()));
      add(connectors, text(recipient.organization()), false, text(recipient.outboundConnector()));
      String reason = text(recipient.reason());
      rows.add(
          new SearchRow(
              rows.isEmpty(),
              span,
              at,
              message.queueId(),
              "/messages/" + message.queueId(),
              message.from(),
              text(message.clientIp()),
              text(message.tls()),
              recipient.address(),
              recipient.state(),
              text(recipient.token()),
              connectors,
              reason,
              reason.isEmpty() ? "" : text.reason(reason),
              1,
              rows.isEmpty() ? further : 0));
    }
    return rows;
  }

  private static SearchRow ofRefusal(String at, Found.RefusalView refusal, MailText text) {
    List<Connector> connectors = new ArrayList<>();
    add(connectors, text(refusal.organization()), true, text(refusal.connector()));
    String reference = text(refusal.reference());
    return new SearchRow(
        true,
        1,
        at,
        reference,
        reference.isEmpty() ? "" : "/refusals/" + reference,
        refusal.from(),
        text(refusal.clientIp()),
        text(refusal.tls()),
        text(refusal.to()),
        "refused",
        "",
        connectors,
        text(refusal.rule()),
        text(refusal.rule()).isEmpty() ? "" : text.rule(refusal.rule()),
        refusal.count(),
        0);
  }

  private static void add(
      List<Connector> connectors, String organization, boolean inbound, String name) {
    if (!name.isEmpty()) {
      connectors.add(new Connector(name, MailText.connector(organization, inbound, name), inbound));
    }
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
