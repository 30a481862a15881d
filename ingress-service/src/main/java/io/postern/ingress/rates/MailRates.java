package io.postern.ingress.rates;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.InboundConnector;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.rcpt.Refusal;
import io.postern.ingress.source.Source;
import io.postern.rules.Directory;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rates of one mail transaction. Each recipient that the rules let in is counted for the
 * connectors that prove the client, by its certificate or address: its own server's or the
 * partner's, that of the recipient's organization where this is another one, the gateway's. A
 * client that none proves is a stranger, and its messages are counted for its network. Recipients
 * are counted for the sender where the client is the sender's own server: for a stranger a sender
 * is a claim, by which it could use up another's count.
 *
 * <p>The message counts with its first recipient, as nobody knows before whose mail it is. What is
 * taken is given back at the end unless the message was accepted; so mail that is given up or
 * refused counts only while it is under way, and a thousand sessions at once exceed nothing. A
 * recipient that is refused here takes nothing. Once its messages are too many for a rate, no
 * further recipient of the transaction asks that rate again: they come together with the next try.
 *
 * <p>Owner: the session's thread, which must close it. It holds a few numbers for each connector
 * that the recipients' groups have.
 */
public final class MailRates implements RecipientCheck, AutoCloseable {
  private final Rates rates;
  private final String client;
  private final Source network;
  private final int ofNetwork;
  private final @Nullable Address sender;
  private final Map<Counted, Long> taken = new HashMap<>(4);
  private final Map<Counted, Refusal> exceeded = new HashMap<>(2);
  private List<Rate> last = List.of(); // taken for the recipient before
  private boolean accepted;

  /**
   * @param client its address, for replies
   * @param network its neighbours'
   * @param ofNetwork messages a minute; 0: any number
   * @param sender null: the null reverse-path, which is no sender
   */
  public MailRates(
      Rates rates, String client, Source network, int ofNetwork, @Nullable Address sender) {
    this.rates = rates;
    this.client = client;
    this.network = network;
    this.ofNetwork = ofNetwork;
    this.sender = sender;
  }

  /** Counts a recipient, and the message with its first one, by the directory of now. */
  @Override
  public Result check(Candidate candidate) {
    List<Rate> due = due(candidate.directory(), candidate.accept(), candidate.gateway());
    last = List.of();
    for (Rate rate : due) {
      Refusal before = exceeded.get(rate.of());
      if (before != null) {
        return RecipientCheck.refused(before);
      }
    }
    Rate none = due.isEmpty() ? null : rates.take(due);
    if (none != null) {
      Refusal refusal = RateRefusal.of(none, client);
      if (none.of().ofMessages()) {
        exceeded.put(none.of(), refusal);
      }
      return RecipientCheck.refused(refusal);
    }
    for (Rate rate : due) {
      taken.merge(rate.of(), rate.nanos(), Long::sum);
    }
    last = due;
    return ACCEPTED;
  }

  @Override
  public void giveBack(Candidate candidate) {
    for (Rate rate : last) {
      rates.giveBack(rate.of(), rate.nanos());
      taken.computeIfPresent(
          rate.of(), (_, nanos) -> nanos == rate.nanos() ? null : nanos - rate.nanos());
    }
    last = List.of();
  }

  private List<Rate> due(
      Directory directory, InboundDecision.Accept accept, @Nullable Gateway gateway) {
    List<Rate> due = new ArrayList<>(4);
    InboundConnector sending = proving(directory, accept);
    InboundDecision.Accept incoming = accept.incoming();
    InboundConnector partner = incoming == null ? null : proving(directory, incoming);
    if (sending != null) {
      addConnector(sending, due);
      if (accept.direction() == Direction.ORIGINATING) {
        addSender(directory, sending, due);
      }
    }
    if (partner != null) {
      addConnector(partner, due);
    }
    if (gateway != null && !isOf(gateway, sending) && !isOf(gateway, partner)) {
      addConnector(gateway.connector(), due);
    }
    if (sending == null && partner == null && gateway == null) {
      addMessages(Counted.of(network), ofNetwork, due);
    }
    return due;
  }

  private static boolean isOf(Gateway gateway, @Nullable InboundConnector connector) {
    return connector != null && gateway.isOf(connector.getOrganization(), connector.getName());
  }

  /**
   * The connector that let the recipient in, if it knows the client by certificate or address. By a
   * sender's domain alone it knows nobody. Null: none.
   */
  private static @Nullable InboundConnector proving(
      Directory directory, InboundDecision.Accept accept) {
    return accept.verdict().isEmpty() && accept.byAddress().isEmpty()
        ? null
        : directory.inboundConnector(accept.organization(), accept.connector()).orElse(null);
  }

  private void addConnector(InboundConnector connector, List<Rate> due) {
    String organization = connector.getOrganization();
    String name = connector.getName();
    addMessages(
        Counted.of(SourceBound.CONNECTOR_MESSAGES, organization, name),
        connector.getMaxMessagesPerMinute(),
        due);
    if (connector.getMaxRecipientsPerMinute() > 0) {
      due.add(
          new Rate(
              Counted.of(SourceBound.CONNECTOR_RECIPIENTS, organization, name),
              connector.getMaxRecipientsPerMinute()));
    }
  }

  private void addMessages(Counted of, int perMinute, List<Rate> due) {
    if (perMinute > 0 && !taken.containsKey(of)) {
      due.add(new Rate(of, perMinute));
    }
  }

  private void addSender(Directory directory, InboundConnector own, List<Rate> due) {
    int perMinute = own.getMaxRecipientsPerMinutePerSender();
    // An own server sends on mail of strangers too, whose address anybody can claim.
    if (perMinute > 0
        && sender != null
        && directory.accepts(own.getOrganization(), sender.asciiDomain())) {
      due.add(new Rate(Counted.of(own.getOrganization(), own.getName(), sender), perMinute));
    }
  }

  /** The log has the message. */
  public void accepted() {
    accepted = true;
  }

  /** Gives back what was taken, unless the message was accepted. Twice is once. */
  @Override
  public void close() {
    if (!accepted) {
      taken.forEach(rates::giveBack);
    }
    taken.clear();
  }
}
