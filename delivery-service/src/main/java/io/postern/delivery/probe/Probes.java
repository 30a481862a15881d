package io.postern.delivery.probe;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.NoPlaceException;
import io.postern.bounds.Share;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Texts;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ConnectorValidation;
import io.postern.contracts.v1.ProbeEnd;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.contracts.v1.ProbeResult;
import io.postern.contracts.v1.ProbeStep;
import io.postern.contracts.v1.ProbedHop;
import io.postern.delivery.position.Deliverer;
import io.postern.delivery.session.HopTools;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.asking.QuestionReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The validations of next hops that administrators ask for, each on a thread of its own in a place
 * of {@link Bound#VALIDATIONS}; one more is answered at once with its end. They share no connection
 * and no limit of destinations with mail, so that an administrator holds up none. Who gets no
 * answer validates again. Any thread.
 */
public final class Probes implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int MOST_HOPS = 10;
  private static final int MOST_STEPS = 300;
  private static final int KEPT_STEPS = 100;
  private static final Logger LOG = Logger.getLogger(Probes.class);

  private final HopTools tools;
  private final Deliverer relay;
  private final MeterRegistry registry;
  private final LossySender answers;
  private final QuestionReader<ProbeRequest> reader;
  private final Share places = new Share(Bound.VALIDATIONS);
  private final Set<ProbeLease> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param relay for test messages, with connections of its own
   */
  public Probes(
      LogSettings log,
      LossySender answers,
      HopTools tools,
      Deliverer relay,
      MeterRegistry registry) {
    this.tools = tools;
    this.relay = relay;
    this.registry = registry;
    this.answers = answers;
    reader =
        new QuestionReader<>(
            log,
            ConsumerGroups.DELIVERY_PROBES,
            Topics.PROBE_REQUESTS,
            ProbeRequest.parser(),
            answers.clock(),
            new QuestionReader.Answering<>(
                LONGEST,
                ProbeRequest::getAskedAtMillis,
                ProbeRequest::getDeadlineMillis,
                this::begin,
                _ -> {}));
  }

  /** Begins to read, once; the topics exist. Does not wait. */
  public void start() {
    reader.start();
  }

  private void begin(ProbeRequest request, long leftMillis) {
    Run run = new Run(request);
    run.publish(null, null); // somebody has it
    if (closed) {
      run.end(false, "this delivery service is stopping: try again");
      return;
    }
    Share.Held place;
    try {
      place = places.take(new Holder(request.getBy(), request.getOrganization()), 1);
    } catch (NoPlaceException e) {
      run.end(false, String.valueOf(e.getMessage()));
      return;
    }
    ProbeLease lease = new ProbeLease(leftMillis);
    place.during(
        Thread.ofVirtual().name("probe-" + request.getProbeId()).factory(),
        () -> {
          running.add(lease);
          if (closed) {
            lease.close(); // close() may not have seen it
          }
          try (lease) {
            run.walk(lease);
          } catch (RuntimeException | Error fault) {
            LOG.errorf(
                fault, "the validation %s ended with an internal error", request.getProbeId());
            run.end(false, "an internal error of delivery-service ended the validation");
          } finally {
            running.remove(lease);
          }
        });
  }

  /** One request. Owner: its thread, once it runs. */
  private final class Run {
    private final ProbeRequest request;
    private final List<ProbeStep> steps = new ArrayList<>();
    private int number;
    private boolean walked;

    Run(ProbeRequest request) {
      this.request = request;
    }

    void walk(ProbeLease lease) {
      walked = true;
      List<String> summaries = new ArrayList<>();
      boolean met = true;
      List<ProbedHop> hops =
          request.getHopsList().subList(0, Math.min(MOST_HOPS, request.getHopsCount()));
      for (ProbedHop hop : hops) {
        HopProbe probe =
            new HopProbe(
                tools, request.getOrganization(), hop, request.getAnyAddress(), lease, this::step);
        probe.walk();
        met &= probe.met();
        summaries.add(probe.summary());
        if (probe.met() && hop.getRecipientsCount() > 0 && lease.held()) {
          met &= new TestMail(request, hop, relay, lease, this::step).send();
        }
      }
      end(
          met && lease.held() && !hops.isEmpty(),
          hops.isEmpty()
              ? "there is no next hop to validate"
              : (lease.held() ? "" : "the time limit was reached before the end; ")
                  + String.join("; ", summaries));
    }

    private void step(ProbeStep step) {
      if (number <= MOST_STEPS) {
        steps.add(step);
        publish(step, null);
      }
    }

    void end(boolean met, String summary) {
      ProbeEnd end =
          ProbeEnd.newBuilder()
              .setMet(met)
              .setSummary(Texts.cut(summary, 500))
              .setAtMillis(System.currentTimeMillis())
              .build();
      publish(null, end);
      registry.counter("postern.delivery.probes", "result", met ? "met" : "unmet").increment();
      // A busy service has seen nothing: the last validation stays.
      if (walked && request.getKept() && !request.getConnector().isEmpty()) {
        answers.send(
            Topics.CONNECTOR_VALIDATIONS,
            request.getOrganization() + "/" + request.getConnector(),
            ConnectorValidation.newBuilder()
                .setOrganization(request.getOrganization())
                .setConnector(request.getConnector())
                .setConnectorDigest(request.getConnectorDigest())
                .setProbeId(request.getProbeId())
                .setBy(request.getBy())
                .setEnd(end)
                .addAllSteps(
                    steps.stream()
                        .limit(KEPT_STEPS)
                        .map(step -> step.toBuilder().clearChain().build())
                        .collect(Collectors.toList()))
                .build());
      }
    }

    void publish(@Nullable ProbeStep step, @Nullable ProbeEnd end) {
      ProbeResult.Builder result =
          ProbeResult.newBuilder()
              .setProbeId(request.getProbeId())
              .setOrganization(request.getOrganization())
              .setNumber(number++);
      if (step != null) {
        result.setStep(step);
      }
      if (end != null) {
        result.setEnd(end);
      }
      answers.send(Topics.PROBE_RESULTS, request.getProbeId(), result.build());
    }
  }

  @Override
  public void close() {
    closed = true;
    reader.close();
    running.forEach(ProbeLease::close);
  }
}
