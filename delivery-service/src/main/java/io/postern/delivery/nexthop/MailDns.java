package io.postern.delivery.nexthop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/**
 * The questions to the DNS that routing needs: MX, and A with AAAA. CNAMEs are followed (RFC 5321
 * §5.1), eight at most. Answers and denials are cached by their TTL, an hour at most, in a bounded
 * cache. Blocks the calling thread at most {@code patience} a question. Any thread.
 */
public final class MailDns {
  private static final int MAX_REDIRECTS = 8;
  private static final int MAX_TTL_SECONDS = 3600;
  private static final int MAX_DENIAL_SECONDS = 300;
  private static final int TRIES = 2;

  /** The DNS's answer about a name and type. */
  record Answer<T>(boolean nameExists, List<T> records) {}

  private final LookupSession session;
  private final Duration patience;

  /**
   * @param servers to ask, in order; none: the system's
   * @param timeout of one try
   * @param patience for an answer, all tries together
   */
  public MailDns(
      List<InetSocketAddress> servers, Duration timeout, Duration patience, int cacheEntries) {
    Cache cache = new Cache(DClass.IN);
    cache.setMaxEntries(cacheEntries);
    cache.setMaxCache(MAX_TTL_SECONDS);
    cache.setMaxNCache(MAX_DENIAL_SECONDS);
    this.session =
        LookupSession.builder()
            .resolver(resolver(servers, timeout))
            .cache(cache)
            .maxRedirects(MAX_REDIRECTS)
            .defaultHostsFileParser()
            .build();
    this.patience = patience;
  }

  private static Resolver resolver(List<InetSocketAddress> servers, Duration timeout) {
    ExtendedResolver resolver;
    if (servers.isEmpty()) {
      resolver = new ExtendedResolver();
    } else {
      List<Resolver> each = new ArrayList<>();
      for (InetSocketAddress server : servers) {
        each.add(new SimpleResolver(server));
      }
      resolver = new ExtendedResolver(each);
    }
    for (Resolver each : resolver.getResolvers()) {
      each.setTimeout(timeout);
    }
    resolver.setRetries(TRIES);
    resolver.setTimeout(timeout.multipliedBy((long) TRIES * resolver.getResolvers().length));
    return resolver;
  }

  Answer<MXRecord> mx(String domain) throws DnsFailureException {
    return ask(domain, Type.MX, MXRecord.class);
  }

  /**
   * IPv6 and IPv4 in turn, each in the order of the answer (RFC 5321 §5.1), so that a network
   * without one of them still gets through early.
   */
  HostAddresses addresses(String host) {
    List<InetAddress> six = new ArrayList<>();
    List<InetAddress> four = new ArrayList<>();
    DnsFailureException failure = null;
    try {
      ask(host, Type.AAAA, AAAARecord.class).records().forEach(r -> six.add(r.getAddress()));
    } catch (DnsFailureException e) {
      failure = e;
    }
    try {
      ask(host, Type.A, ARecord.class).records().forEach(r -> four.add(r.getAddress()));
    } catch (DnsFailureException e) {
      failure = e;
    }
    List<InetAddress> addresses = new ArrayList<>(six.size() + four.size());
    Iterator<InetAddress> a = six.iterator();
    Iterator<InetAddress> b = four.iterator();
    while (a.hasNext() || b.hasNext()) {
      if (a.hasNext()) {
        addresses.add(a.next());
      }
      if (b.hasNext()) {
        addresses.add(b.next());
      }
    }
    return new HostAddresses(addresses, failure);
  }

  private <T extends Record> Answer<T> ask(String name, int type, Class<T> kind)
      throws DnsFailureException {
    String question = Type.string(type) + " of " + name;
    try {
      Name absolute = Name.fromString(name.endsWith(".") ? name : name + ".");
      List<Record> records =
          session
              .lookupAsync(absolute, type, DClass.IN)
              .toCompletableFuture()
              .get(patience.toNanos(), TimeUnit.NANOSECONDS)
              .getRecords();
      return new Answer<>(true, records.stream().filter(kind::isInstance).map(kind::cast).toList());
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof NoSuchDomainException) {
        return new Answer<>(false, List.of());
      }
      if (cause instanceof NoSuchRRSetException) {
        return new Answer<>(true, List.of());
      }
      throw new DnsFailureException(question + (cause == null ? "" : ": " + message(cause)));
    } catch (TimeoutException e) {
      throw new DnsFailureException(question + ": no answer in " + patience.toMillis() + " ms");
    } catch (TextParseException e) {
      return new Answer<>(false, List.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DnsFailureException(question + ": interrupted");
    }
  }

  private static String message(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
  }
}
