package io.postern.delivery.probe;

import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.Texts;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.ProbeStep;
import io.postern.contracts.v1.ProbedHop;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.delivery.position.Deliverer;
import io.postern.delivery.position.DeliveryTask;
import io.postern.delivery.position.Ownership;
import java.util.function.Consumer;

/**
 * The test message of a validation: the relay sends it as any mail, to the reply to the end of its
 * data. It is no accepted mail: nothing else of the log knows of it, and it is not sent again.
 * Owner: the probe's thread, once.
 */
final class TestMail {
  private static final int MOST_TEXT = 497;
  private final ProbeRequest request;
  private final ProbedHop hop;
  private final Deliverer relay;
  private final Ownership ownership;
  private final Consumer<ProbeStep> steps;

  TestMail(
      ProbeRequest request,
      ProbedHop hop,
      Deliverer relay,
      Ownership ownership,
      Consumer<ProbeStep> steps) {
    this.request = request;
    this.hop = hop;
    this.relay = relay;
    this.ownership = ownership;
    this.steps = steps;
  }

  /** Whether a host took it for all its recipients. */
  boolean send() {
    long since = System.nanoTime();
    OutcomeRecorded.Builder ended;
    try {
      ended = relay.deliver(new DeliveryTask(delivery(), System.currentTimeMillis()), ownership);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = null;
    }
    int millis = (int) ((System.nanoTime() - since) / 1_000_000);
    if (ended == null) {
      steps.accept(
          step(millis)
              .setState(ProbeState.PROBE_FAILED)
              .setDetail("The time limit was reached before the message was sent.")
              .build());
      return false;
    }
    boolean all = true;
    for (RecipientOutcome recipient : ended.getRecipientsList()) {
      OutcomeRecorded outcome = OutcomeConnections.of(ended.build(), recipient);
      boolean taken = recipient.getKind() == OutcomeKind.DELIVERED;
      all &= taken;
      String reply =
          recipient.hasReply()
              ? recipient.getReply().getCode() + " " + recipient.getReply().getText()
              : "";
      steps.accept(
          step(millis)
              .setHost(outcome.getHost())
              .setAddress(outcome.getAddress())
              .setState(taken ? ProbeState.PROBE_PASSED : ProbeState.PROBE_FAILED)
              .setExpected("accepted for " + hop.getRecipients(recipient.getRecipient()))
              .setActual(Texts.shortened(reply, MOST_TEXT))
              .setDetail(
                  Texts.shortened(
                      taken
                          ? "The host accepted the test message for "
                              + hop.getRecipients(recipient.getRecipient())
                              + "."
                          : recipient.getDetail(),
                      MOST_TEXT))
              .setReason(recipient.getReason())
              .setToken(outcome.getToken())
              .build());
    }
    return all;
  }

  private ProbeStep.Builder step(int millis) {
    return ProbeStep.newBuilder()
        .setStep("test-mail")
        .setRoute(hop.getNextHop().getRoute())
        .setMillis(millis)
        .setAtMillis(System.currentTimeMillis());
  }

  private DeliveryRequested delivery() {
    Envelope.Builder envelope =
        Envelope.newBuilder()
            .setReversePath(request.getMail().getReversePath())
            .setBody(BodyType.BODY_7BIT);
    DeliveryRequested.Builder delivery =
        DeliveryRequested.newBuilder()
            .setDeliveryId("probe/" + request.getProbeId())
            .setAttempt(1)
            .setOrganization(request.getOrganization())
            .setConnector(request.getConnector())
            .setNextHop(hop.getNextHop())
            .setRequirement(hop.getRequirement())
            .setSize(request.getMail().getContent().size())
            .addContent(ContentSegment.newBuilder().setInline(request.getMail().getContent()));
    for (int i = 0; i < hop.getRecipientsCount(); i++) {
      envelope.addRecipients(EnvelopeRecipient.newBuilder().setAddress(hop.getRecipients(i)));
      delivery.addRecipients(i);
    }
    return delivery.setEnvelope(envelope).build();
  }
}
