package io.postern.certificate.fetch;

import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.fetch.Shares.ShareRequest;
import io.postern.certificate.fetch.TcpConnector.Resolution;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The look-up of host names by the system's resolver, which knows no time-out and blocks its thread
 * in native code until it gives up, even where its caller has gone: so on threads of its own, at
 * most {@value #THREADS} at one time, {@value #PER_DOMAIN} of them for the names of one {@link
 * ParentDomain} and {@value #PER_SUFFIX} for those with the same {@linkplain
 * ParentDomain#lastTwoLabels last two labels}. An attacker that may sign below an organization's
 * anchor can name hosts whose name servers never answer: these fill their domain's share, and names
 * of another domain do not notice. With four domains below one public suffix of a country ({@code
 * co.uk}) those below it wait; with {@code THREADS / PER_DOMAIN} domains at one time, or with
 * {@code THREADS / PER_SUFFIX} that look like such a suffix ({@code q7x.pw}), all look-ups wait.
 * Callers are as many as fetches ({@link HttpTurns}) and probes. Each {@link HttpFetch} has its
 * own. Any thread.
 */
final class Resolver implements AutoCloseable {
  static final int THREADS = 32;
  static final int PER_DOMAIN = 2;
  static final int PER_SUFFIX = THREADS / 4;

  /** The system's resolver. */
  interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  private final Lookup lookup;
  private final Shares domains;
  private final Shares suffixes;
  private final Shares all = new Shares(THREADS);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofPlatform().name("fetch-resolver-", 0).daemon().factory());

  Resolver() {
    this(InetAddress::getAllByName, PER_DOMAIN);
  }

  /**
   * @param perDomain {@link #PER_DOMAIN}; {@link #THREADS}: domains have no share
   */
  Resolver(Lookup lookup, int perDomain) {
    this.lookup = lookup;
    this.domains = new Shares(perDomain);
    this.suffixes = new Shares(Math.max(perDomain, PER_SUFFIX));
  }

  /** For a check of one certificate, whose names may all be of one domain. */
  static Resolver withoutShares() {
    return new Resolver(InetAddress::getAllByName, THREADS);
  }

  /**
   * @param patience for a thread to be free
   * @param time from then on
   * @throws FetchException BUSY: no thread was free; UNRESOLVED, TIMEOUT
   */
  Resolution resolve(String host, Duration patience, Duration time)
      throws FetchException, InterruptedException {
    long began = System.nanoTime();
    Shares.Turn turn = enter(host, began + patience.toNanos());
    Duration waited = Duration.ofNanos(System.nanoTime() - began);
    Future<InetAddress[]> answer = begin(host, turn);
    try {
      return new Resolution(List.of(answer.get(time.toNanos(), TimeUnit.NANOSECONDS)), waited);
    } catch (TimeoutException e) {
      throw new FetchException(Kind.TIMEOUT, "the host's name was not resolved in time");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException) {
        throw new FetchException(Kind.UNRESOLVED, "the host's name does not resolve");
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  // The share is in use as long as the thread is, even if the caller waits no longer.
  private Future<InetAddress[]> begin(String host, Shares.Turn turn) {
    boolean begun = false;
    try {
      Future<InetAddress[]> answer =
          threads.submit(
              () -> {
                try {
                  return lookup.all(host);
                } finally {
                  turn.close();
                }
              });
      begun = true;
      return answer;
    } finally {
      if (!begun) { // no thread could be made, or this is closed
        turn.close();
      }
    }
  }

  private Shares.Turn enter(String host, long end) throws FetchException, InterruptedException {
    String busy = "too many names of this domain are being resolved";
    return Shares.take(
        end,
        new ShareRequest(domains, ParentDomain.of(host), busy),
        new ShareRequest(suffixes, ParentDomain.lastTwoLabels(host), busy),
        new ShareRequest(all, "all", "too many names are being resolved"));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
