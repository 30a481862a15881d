package io.postern.certificate.mtasts;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.answers.RevocationConfig;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.judging.JudgedServers;
import io.postern.certificate.topics.FollowedTopics;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.StsFailure;
import io.postern.contracts.v1.StsPolicyRequest;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.dns.mtasts.StsPolicy;
import io.postern.dns.tlsrpt.ResultType;
import io.postern.log.LogClock;
import io.postern.log.OccasionalLog;
import io.postern.names.DomainNames;
import io.postern.service.Every;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The policies of the domains that are asked for (RFC 8461 §3.3, §5.1). The replica that owns a
 * request's partition fetches; each refreshes ahead whatever is due, and a state that another has
 * published is due no more.
 *
 * <p>{@link #ask} is called by the messaging's thread and never blocks: a fetch has a virtual
 * thread of its own, bounded by {@link FetchesInProgress} and by its turn. Whoever makes us deliver
 * to his domains, a stranger by bounces too, has their policies fetched. One with slow hosts in
 * many domains makes others wait for their turn: a request that gets none is dropped, and delivery
 * repeats it. Until the log has been read to its end, requests wait, the newest {@value
 * #MOST_UNREAD}.
 *
 * <p>A log that is away loses nothing: a state is in force here at once, and is published when the
 * log is back.
 */
@ApplicationScoped
public class StsPolicies implements FollowedTopics.User {
  private static final Logger LOG = Logger.getLogger(StsPolicies.class);
  private static final Duration UPKEEP = Duration.ofMinutes(1);
  private static final int MOST_UNREAD = 2000;

  /** Of those in progress; the rest is for requests. */
  private static final int MOST_REFRESHED = FetchesInProgress.MOST / 10;

  /** RFC 8461 §3.1. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{1,32}");

  private final LongSupplier now;
  private final PolicyHost host;
  private final StatePublisher publisher;
  private final StateReader reader = new StateReader(this::read);
  private final FetchesInProgress inProgress = new FetchesInProgress();
  private final StsMetrics metrics;
  private final OccasionalLog failures = new OccasionalLog(StsPolicies.class);
  private final OccasionalLog ours = new OccasionalLog(PolicyHost.class);
  private final int ownSeed = new Random().nextInt();
  private final Deque<StsPolicyRequest> unread = new ArrayDeque<>(); // guarded by itself
  private final Every every =
      new Every(
          StsPolicies.class, "mta-sts", "MTA-STS policies could not be updated; will be retried");

  StsPolicies(
      StsSettings settings,
      RevocationConfig every,
      ChainJudge judge,
      DefaultAnchors anchors,
      InstantSource clock,
      LogClock logClock,
      StatePublisher publisher,
      MeterRegistry meters) {
    this.now = logClock::millis;
    this.host =
        new PolicyHost(
            new PolicyFetchSettings(every, settings),
            new JudgedServers(judge, anchors::current, clock));
    this.publisher = publisher;
    this.metrics = new StsMetrics(meters, inProgress);
  }

  @Override
  public void follow(FollowedTopics topics) {
    topics.state().follow(Topics.MTA_STS_POLICIES, reader);
  }

  void start(@Observes TopicsVerified ready) {
    every.repeat(UPKEEP, this::upkeep);
  }

  void stop(@Observes ShutdownEvent event) {
    every.close();
    host.close();
  }

  /** The log has been read to its end. */
  public boolean isRead() {
    return reader.states().isPresent();
  }

  /**
   * @param domain lower case A-labels
   */
  public Optional<PolicyView> state(String domain) {
    return reader
        .states()
        .map(states -> states.get(domain))
        .map(state -> PolicyView.of(state, Instant.ofEpochMilli(now.getAsLong())));
  }

  /**
   * Those in force that could not be fetched again come first, then all others that failed; by
   * domain.
   */
  public List<PolicyView> all() {
    Instant at = Instant.ofEpochMilli(now.getAsLong());
    return reader.states().stream()
        .flatMap(states -> states.all().stream())
        .map(state -> PolicyView.of(state, at))
        .sorted(
            Comparator.comparing((PolicyView view) -> view.failure() == null)
                .thenComparing(view -> !view.inForce())
                .thenComparing(PolicyView::domain))
        .toList();
  }

  @Incoming("sts-requests")
  void ask(ConsumerRecords<String, byte[]> records) {
    for (ConsumerRecord<String, byte[]> record : records) {
      try {
        StsPolicyRequest request = StsPolicyRequest.parseFrom(record.value());
        if (isPolicyDomain(request.getDomain()) && ID.matcher(request.getId()).matches()) {
          ask(request);
        } else {
          metrics.request("malformed");
        }
      } catch (InvalidProtocolBufferException e) {
        metrics.request("malformed");
      } catch (RuntimeException e) {
        // It must not cost those behind it.
        LOG.error("a policy request could not be accepted", e);
      }
    }
  }

  /** Its policy host has a name. */
  public static boolean isPolicyDomain(String domain) {
    return DomainNames.hasDot(domain) && DomainNames.isDomain("mta-sts." + domain);
  }

  private void ask(StsPolicyRequest request) {
    synchronized (unread) {
      if (reader.states().isEmpty()) {
        unread.addLast(request);
        if (unread.size() > MOST_UNREAD) {
          unread.removeFirst();
          metrics.request("shed");
        }
        return;
      }
    }
    reader.states().ifPresent(states -> ask(request, states));
  }

  private void read() {
    List<StsPolicyRequest> waiting;
    synchronized (unread) {
      waiting = List.copyOf(unread);
      unread.clear();
    }
    waiting.forEach(this::ask);
  }

  private void ask(StsPolicyRequest request, PolicyStates states) {
    String domain = request.getDomain();
    long asked = now.getAsLong();
    metrics.request(
        switch (FetchTimes.request(states.get(domain), request.getId(), asked)) {
          case KNOWN -> "known";
          case RESTING -> "resting";
          case FETCH ->
              switch (begin(domain, request.getId(), asked)) {
                case BEGUN -> "fetched";
                case MERGED -> "merged";
                case FULL -> "shed";
              };
        });
  }

  private FetchesInProgress.Begin begin(String domain, String id, long asked) {
    FetchesInProgress.Begin begin = inProgress.begin(domain);
    if (begin == FetchesInProgress.Begin.BEGUN) {
      boolean started = false;
      try {
        Thread.ofVirtual().name("mta-sts-fetch").start(() -> fetch(domain, id, asked));
        started = true;
      } finally {
        if (!started) {
          inProgress.end(domain);
        }
      }
    }
    return begin;
  }

  private void fetch(String domain, String id, long asked) {
    try {
      StsPolicy policy = policy(domain);
      metrics.fetch("ok");
      ours.over("MTA-STS policies are fetched again");
      keep(succeeded(domain, id, asked, policy));
    } catch (PolicyFetchException e) {
      if (e.ours()) {
        metrics.fetch("not-tried");
        ours.warn("MTA-STS policies cannot be fetched: " + e.getMessage(), null);
      } else {
        metrics.fetch(e.type().spelled());
        keep(failed(domain, id, asked, e));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      inProgress.end(domain);
    }
  }

  // A domain whose policy overcomes us rests as after any other failure.
  private StsPolicy policy(String domain) throws PolicyFetchException, InterruptedException {
    try {
      return host.fetch(domain);
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "the policy of %s could not be fetched", domain);
      throw new PolicyFetchException(
          ResultType.STS_POLICY_FETCH_ERROR,
          "an internal error, see the log of certificate-service");
    }
  }

  private StsPolicyState succeeded(String domain, String id, long asked, StsPolicy policy) {
    return StsPolicyState.newBuilder()
        .setDomain(domain)
        .setId(id)
        .setMode(policy.mode().spelled())
        .addAllMx(policy.hosts())
        .setMaxAgeSeconds(policy.maxAge().toSeconds())
        .setFetchedMillis(now.getAsLong())
        .setAskedMillis(asked)
        .build();
  }

  private StsPolicyState failed(String domain, String id, long asked, PolicyFetchException why) {
    StsPolicyState known = known(domain);
    long at = now.getAsLong();
    StsFailure failure =
        StsFailure.newBuilder()
            .setId(id)
            .setResultType(why.type().spelled())
            .setDetail(String.valueOf(why.getMessage()))
            .setAtMillis(at)
            .setNextMillis(FetchTimes.nextTry(known, id, at))
            .build();
    if (known != null && FetchTimes.protects(known, at)) {
      failures.warn(
          "the MTA-STS policy of %s stays in force until %s, and could not be fetched again: %s"
              .formatted(
                  domain, Instant.ofEpochMilli(FetchTimes.endMillis(known)), why.getMessage()),
          null);
    }
    StsPolicyState.Builder state =
        known == null ? StsPolicyState.newBuilder().setDomain(domain) : known.toBuilder();
    return state.setFailure(failure).setAskedMillis(asked).build();
  }

  private @Nullable StsPolicyState known(String domain) {
    return reader.states().map(states -> states.get(domain)).orElse(null);
  }

  private void keep(StsPolicyState state) {
    reader
        .states()
        .ifPresent(
            states -> {
              List<String> gone = states.put(state);
              publisher.publish(state.getDomain(), state);
              gone.forEach(domain -> publisher.publish(domain, null));
            });
  }

  /** Refreshes what is due, removes what is over, publishes what the log did not take. */
  void upkeep() {
    reader.states().ifPresent(this::upkeep);
  }

  private void upkeep(PolicyStates states) {
    publisher.publishAgain(states);
    long at = now.getAsLong();
    List<StsPolicyState> all = states.all();
    metrics.count(all, at);
    for (StsPolicyState state : all) {
      String domain = state.getDomain();
      if (FetchTimes.isOver(state, at)) {
        states.remove(domain);
        publisher.publish(domain, null);
      } else if (FetchTimes.toRefresh(state, share(domain), at)
          && inProgress.count() < MOST_REFRESHED) {
        var unused = begin(domain, state.getId(), state.getAskedMillis());
      }
    }
  }

  // Spread over the domains, and different in each replica.
  private double share(String domain) {
    return new Random(ownSeed ^ ((long) domain.hashCode() << 32)).nextDouble();
  }
}
