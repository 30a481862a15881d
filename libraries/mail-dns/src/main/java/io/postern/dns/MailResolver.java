package io.postern.dns;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.postern.contracts.Texts;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Asks the DNS and says of each answer whether it is proven. CNAMEs are followed, {@value
 * #MAX_CNAMES} at most.
 *
 * <p><b>Bounds.</b> Answers and denials are kept by their TTL ({@value #MAX_TTL_SECONDS} s and
 * {@value #MAX_DENIAL_SECONDS} s at most), a proven one no longer than its signatures hold (RFC
 * 4035 §5.3.3), failures {@value #FAILURE_SECONDS} s (RFC 9520 §3.2), all in the bytes of the
 * settings. One question is in flight for all who ask it.
 *
 * <p><b>Threads.</b> Any; an asker is blocked for the settings' patience at most. A question goes
 * on without its asker, and its answer serves the next one.
 */
public final class MailResolver {
  private static final List<Name> INSIDE =
      Stream.of("local", "localhost", "internal", "home.arpa")
          .map(text -> Name.fromConstantString(text + "."))
          .toList();
  private static final int MAX_CNAMES = 8;
  private static final int MAX_TTL_SECONDS = 3600;
  private static final int MAX_DENIAL_SECONDS = 300;
  private static final int FAILURE_SECONDS = 5;
  private static final int RECORD_OVERHEAD = 200;
  private static final int MAX_REASON = 300;
  private static final int MOST_UNPROVEN = 100;
  private static final Duration UNPROVEN_SHOWN = Duration.ofHours(1);

  /**
   * @param proven asked of the resolver that validates, or whose servers do
   */
  private record Question(Name name, int type, boolean proven) {
    @Override
    public String toString() {
      return Type.string(type) + " of " + name.toString(true);
    }
  }

  private sealed interface Outcome {
    record Answered(DnsAnswer answer) implements Outcome {}

    record Failed(String detail, boolean bogus) implements Outcome {}
  }

  private final Resolver plain;
  private final @Nullable Resolver proving;
  private final Dnssec how;
  private final boolean tested;
  private volatile boolean proves;
  private final Duration patience;
  private final Clock clock;
  private final AsyncCache<Question, Outcome> cache;
  private final Cache<String, Boolean> unproven;

  /**
   * @param clock by which signatures hold
   * @throws IOException the root's anchors cannot be read
   */
  public MailResolver(DnsSettings settings, InstantSource clock) throws IOException {
    this(settings, clock.withZone(ZoneOffset.UTC), Ticker.systemTicker());
  }

  /**
   * @param clock by which signatures hold
   * @param ticker by which answers are kept
   */
  MailResolver(DnsSettings settings, Clock clock, Ticker ticker) throws IOException {
    this.plain = Resolvers.of(settings, Dnssec.OFF, clock);
    this.tested = settings.dnssec() == Dnssec.AUTO;
    this.how = tested ? Dnssec.VALIDATE : settings.dnssec();
    this.proving = how == Dnssec.OFF ? null : Resolvers.of(settings, how, clock);
    this.proves = proving != null && !tested;
    this.clock = clock;
    this.patience = settings.patience();
    this.cache =
        Caffeine.newBuilder()
            .ticker(ticker)
            .maximumWeight(settings.cacheBytes())
            .weigher(MailResolver::bytes)
            .expireAfter(Expiry.creating(MailResolver::lifetime))
            .buildAsync();
    this.unproven =
        Caffeine.newBuilder()
            .ticker(ticker)
            .maximumSize(MOST_UNPROVEN)
            .expireAfterWrite(UNPROVEN_SHOWN)
            .build();
  }

  /**
   * @param name absolute
   * @throws DnsFailureException no answer in time, none that can be used, or one that is bogus
   */
  public DnsAnswer ask(Name name, int type) throws DnsFailureException {
    return ask(question(name, type), patience);
  }

  /** Begins to ask, so that a later call finds the answer. Does not wait. */
  public void begin(Name name, int type) {
    var unused = asked(question(name, type));
  }

  private Question question(Name name, int type) {
    return new Question(name, type, proves && !(tested && isInside(name)));
  }

  /**
   * The same about a host that an administrator named. With {@link Dnssec#AUTO}, an answer whose
   * proof is missing or wrong counts as one of a zone without signatures: an inner server answers
   * for names below public zones, and mail must go on (docs/decisions/0092). Blocks for twice the
   * patience at most.
   */
  public DnsAnswer askOfNamed(Name name, int type) throws DnsFailureException {
    return askOfNamed(name, type, patience);
  }

  /**
   * One of the two, with another patience.
   *
   * @param named an administrator named it
   */
  public DnsAnswer ask(Name name, int type, boolean named, Duration atMost)
      throws DnsFailureException {
    return named ? askOfNamed(name, type, atMost) : ask(question(name, type), atMost);
  }

  private DnsAnswer askOfNamed(Name name, int type, Duration atMost) throws DnsFailureException {
    try {
      return ask(question(name, type), atMost);
    } catch (DnsFailureException e) {
      // Whoever drops answers must not take the proof away: no answer stays none.
      if (!tested || !proves || !e.bogus()) {
        throw e;
      }
      DnsAnswer answer;
      try {
        answer = ask(new Question(name, type, false), atMost);
      } catch (DnsFailureException plain) {
        throw e;
      }
      unproven.put(name.toString(true).toLowerCase(Locale.ROOT), true);
      return answer;
    }
  }

  /** Names of the last hour that {@link #askOfNamed} has taken without a proof; at most 100. */
  public SortedSet<String> unproven() {
    return new TreeSet<>(unproven.asMap().keySet());
  }

  /**
   * A name that no public DNS has (RFC 6762, RFC 8375), which an inner server answers without a
   * proof: with {@link Dnssec#AUTO} it must go on to resolve.
   */
  private static boolean isInside(Name name) {
    return name.labels() <= 2 || INSIDE.stream().anyMatch(name::subdomain);
  }

  /** The settings'. */
  public Duration patience() {
    return patience;
  }

  /** Whether a test decides if answers are proven ({@link Dnssec#AUTO}). */
  public boolean isTested() {
    return tested;
  }

  /** How answers are proven now: not {@link Dnssec#AUTO}. */
  public Dnssec dnssec() {
    return proves ? how : Dnssec.OFF;
  }

  /** Whether an answer may be proven; with {@link Dnssec#AUTO} it changes once. */
  public boolean proves() {
    return proves;
  }

  /**
   * Asks for the root's keys, and for a record that the root denies, with their proofs. Where both
   * are proven, answers are from now on. Blocks for twice the patience at most. Only with {@link
   * Dnssec#AUTO}.
   *
   * @return why they are not; empty: they are
   */
  String prove() {
    for (int type : List.of(Type.DNSKEY, Type.TLSA)) {
      try {
        if (!ask(new Question(Name.root, type, true), patience).secure()) {
          return "the DNS servers pass no signatures on";
        }
      } catch (DnsFailureException e) {
        return "the DNS servers pass no proof of the root zone on (" + e.detail() + ")";
      }
    }
    proves = true;
    return "";
  }

  private CompletableFuture<Outcome> asked(Question question) {
    return cache.get(question, (key, executor) -> resolved(key));
  }

  private DnsAnswer ask(Question question, Duration atMost) throws DnsFailureException {
    try {
      Outcome outcome = asked(question).get(atMost.toNanos(), TimeUnit.NANOSECONDS);
      return switch (outcome) {
        case Outcome.Answered(DnsAnswer answer) -> answer;
        case Outcome.Failed(String detail, boolean bogus) ->
            throw new DnsFailureException(detail, bogus);
      };
    } catch (TimeoutException e) {
      throw new DnsFailureException(
          question + ": no response in " + atMost.toMillis() + " ms", false);
    } catch (ExecutionException e) {
      throw new DnsFailureException(question + ": " + message(e), false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DnsFailureException(question + ": interrupted", false);
    }
  }

  /** Never completes exceptionally: a failure is kept for its time too. */
  private CompletableFuture<Outcome> resolved(Question question) {
    return follow(question, question.name(), new ArrayList<>(), true, MAX_TTL_SECONDS)
        .exceptionally(
            thrown ->
                failed(
                    question.toString(),
                    thrown.getCause() == null ? thrown : thrown.getCause(),
                    false))
        .toCompletableFuture();
  }

  // A server may leave the end of a chain of CNAMEs to its asker.
  private CompletionStage<Outcome> follow(
      Question asked, Name name, List<Name> passed, boolean secure, long ttl) {
    Message query = Message.newQuery(Record.newRecord(name, asked.type(), DClass.IN));
    query.getHeader().setFlag(Flags.AD); // RFC 6840 §5.7: the answer's is wanted
    return resolver(asked)
        .sendAsync(query)
        .thenCompose(
            response -> {
              int rcode = response.getRcode();
              if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
                return CompletableFuture.completedFuture(refused(asked, response));
              }
              boolean proven = secure && asked.proven() && response.getHeader().getFlag(Flags.AD);
              Instant now = clock.instant();
              Chain chain = Chain.of(response, name, asked.type(), ttl, now);
              passed.addAll(chain.passed());
              if (passed.size() > MAX_CNAMES) {
                return CompletableFuture.completedFuture(
                    failed(
                        asked.toString(),
                        new IOException("more than " + MAX_CNAMES + " CNAMEs"),
                        false));
              }
              if (!chain.records().isEmpty() || chain.passed().isEmpty() || denied(response)) {
                return CompletableFuture.completedFuture(answered(chain, response, proven, now));
              }
              return follow(asked, chain.end(), passed, proven, chain.ttl());
            });
  }

  private Resolver resolver(Question asked) {
    return asked.proven() && proving != null ? proving : plain;
  }

  private static Outcome answered(Chain chain, Message response, boolean secure, Instant now) {
    long ttl = chain.ttl();
    if (chain.records().isEmpty()) {
      ttl = Math.min(ttl, denialTtl(response, now));
    }
    boolean exists = response.getRcode() != Rcode.NXDOMAIN;
    return new Outcome.Answered(
        new DnsAnswer(chain.end(), chain.records(), exists, secure, ttl, chain.zoneTtl()));
  }

  private static boolean denied(Message response) {
    return response.getRcode() == Rcode.NXDOMAIN
        || response.getSection(Section.AUTHORITY).stream().anyMatch(SOARecord.class::isInstance);
  }

  // RFC 2308 §5.
  private static long denialTtl(Message response, Instant now) {
    long ttl = MAX_DENIAL_SECONDS;
    for (RRset proof : response.getSectionRRsets(Section.AUTHORITY)) {
      ttl = Math.min(ttl, signedFor(proof, now));
    }
    for (Record record : response.getSection(Section.AUTHORITY)) {
      if (record instanceof SOARecord soa) {
        ttl = Math.min(ttl, Math.min(soa.getTTL(), soa.getMinimum()));
      }
    }
    return ttl;
  }

  /** Seconds until the first of the signatures ends; none: without end. */
  private static long signedFor(RRset set, Instant now) {
    long left = Long.MAX_VALUE;
    for (RRSIGRecord signature : set.sigs()) {
      left = Math.min(left, Duration.between(now, signature.getExpire()).toSeconds());
    }
    return Math.max(0, left);
  }

  private static Outcome refused(Question question, Message response) {
    String said = Rcode.string(response.getRcode());
    boolean bogus = false;
    OPTRecord options = response.getOPT();
    if (options != null) {
      for (EDNSOption option : options.getOptions()) {
        if (option instanceof ExtendedErrorCodeOption extended) { // RFC 8914
          bogus |= isBogus(extended.getErrorCode());
          String text = extended.getText();
          said +=
              ", "
                  + ExtendedErrorCodeOption.text(extended.getErrorCode())
                  + (text == null || text.isEmpty() ? "" : ": " + text);
        }
      }
    }
    return failed(question.toString(), new IOException(Texts.cut(said, MAX_REASON)), bogus);
  }

  /** RFC 8914 §4: the errors of validation. */
  private static boolean isBogus(int error) {
    return error == ExtendedErrorCodeOption.DNSSEC_BOGUS
        || error >= ExtendedErrorCodeOption.SIGNATURE_EXPIRED
            && error <= ExtendedErrorCodeOption.NSEC_MISSING;
  }

  private static Outcome failed(String question, Throwable cause, boolean bogus) {
    return new Outcome.Failed(question + ": " + message(cause), bogus);
  }

  private static String message(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
  }

  private static Duration lifetime(Question question, Outcome outcome) {
    return Duration.ofSeconds(
        outcome instanceof Outcome.Answered(DnsAnswer answer)
            ? answer.ttlSeconds()
            : FAILURE_SECONDS);
  }

  private static int bytes(Question question, Outcome outcome) {
    int bytes = RECORD_OVERHEAD;
    if (outcome instanceof Outcome.Answered(DnsAnswer answer)) {
      for (Record record : answer.records()) {
        bytes += RECORD_OVERHEAD + record.rdataToWireCanonical().length;
      }
    }
    return bytes;
  }

  /** The CNAMEs of a response from a name on, and the records at their end. */
  private record Chain(Name end, List<Name> passed, List<Record> records, long ttl, long zoneTtl) {
    static Chain of(Message response, Name name, int type, long ttl, Instant now) {
      Name end = name;
      List<Name> passed = new ArrayList<>();
      long least = ttl;
      while (passed.size() <= MAX_CNAMES) {
        RRset found = null;
        RRset alias = null;
        for (RRset set : response.getSectionRRsets(Section.ANSWER)) {
          if (set.getName().equals(end) && set.getType() == type) {
            found = set;
          } else if (set.getName().equals(end) && set.getType() == Type.CNAME) {
            alias = set;
          }
        }
        // In the answer's order: the library turns them with each call else.
        List<Record> records = found == null ? List.of() : found.rrs(false);
        if (found != null && !records.isEmpty()) {
          return new Chain(end, passed, records, least(least, found, now), zoneTtl(found));
        }
        if (alias == null || !(alias.first() instanceof CNAMERecord cname)) {
          break;
        }
        least = least(least, alias, now);
        end = cname.getTarget();
        passed.add(end);
      }
      return new Chain(end, passed, List.of(), least, 0);
    }

    private static long least(long ttl, RRset set, Instant now) {
      return Math.min(ttl, Math.min(set.getTTL(), signedFor(set, now)));
    }

    // A resolver's answer has the rest of the time alone (RFC 4034 §3.1.4).
    private static long zoneTtl(RRset set) {
      return set.sigs().isEmpty() ? set.getTTL() : set.sigs().getFirst().getOrigTTL();
    }
  }
}
