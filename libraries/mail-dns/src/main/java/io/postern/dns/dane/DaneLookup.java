package io.postern.dns.dane;

import io.postern.dns.DnsAnswer;
import io.postern.dns.DnsFailureException;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Looks for a host's TLSA records (RFC 7672 §2.2). Blocks as {@link MailResolver} does. Any thread.
 */
public final class DaneLookup {
  private static final String TCP = "_tcp";

  private final MailResolver dns;

  public DaneLookup(MailResolver dns) {
    this.dns = dns;
  }

  /**
   * The TLSA records of a host whose own name is proven to be the right one: by a proven MX record,
   * or since an administrator wrote it.
   *
   * @param host name of the MX host or smart host
   * @param nextHopDomain of which the host is an MX host; null: an administrator named the host
   * @return null: DANE does not apply to the host
   * @throws DnsFailureException the host must not be used now
   */
  public @Nullable TlsaSet of(String host, int port, @Nullable String nextHopDomain)
      throws DnsFailureException {
    Name name = name(host);
    DnsAnswer addresses = addresses(name);
    boolean aliased = !addresses.name().equals(name);
    if (addresses.secure()) {
      TlsaSet atTheEnd = at(addresses.name(), name, port, nextHopDomain);
      if (atTheEnd != null || !aliased) {
        return atTheEnd;
      }
    } else if (!aliased || !dns.ask(name, Type.CNAME).secure()) {
      return null; // RFC 7672 §2.2.2: the host's zone is not signed
    }
    return at(name, addresses.name(), port, nextHopDomain);
  }

  /**
   * Whether mail to a host that an administrator named goes on without DANE after a failure of
   * {@link #of} (docs/decisions/0092): with {@link Dnssec#AUTO}, where the proof is wrong, or the
   * host's addresses have none.
   */
  public boolean isSetAside(String host, DnsFailureException failure) {
    if (!dns.isTested()) {
      return false;
    }
    try {
      return failure.bogus() || !dns.askOfNamed(name(host), Type.A).secure();
    } catch (DnsFailureException e) {
      return false;
    }
  }

  // One proven answer says that the zone is signed: a host may have addresses of one family alone.
  private DnsAnswer addresses(Name name) throws DnsFailureException {
    DnsAnswer four = dns.ask(name, Type.A);
    if (!four.records().isEmpty() || four.secure()) {
      return four;
    }
    return dns.ask(name, Type.AAAA);
  }

  private @Nullable TlsaSet at(Name base, Name other, int port, @Nullable String nextHopDomain)
      throws DnsFailureException {
    DnsAnswer answer = dns.ask(below(base, port), Type.TLSA);
    if (!answer.secure() || answer.records().isEmpty()) {
      return null;
    }
    Set<String> names = new LinkedHashSet<>(List.of(text(base), text(other)));
    if (nextHopDomain != null) {
      names.add(nextHopDomain);
    }
    List<Tlsa> records = answer.as(TLSARecord.class).stream().map(Tlsa::of).toList();
    return new TlsaSet(text(base), records, new ArrayList<>(names));
  }

  private static Name below(Name base, int port) throws DnsFailureException {
    try {
      return Name.concatenate(Name.fromString("_" + port + "." + TCP), base);
    } catch (TextParseException | NameTooLongException e) {
      throw new DnsFailureException(
          "no TLSA record can be queried below " + text(base) + ": the name is too long", false);
    }
  }

  private static Name name(String host) throws DnsFailureException {
    try {
      return Name.fromString(host, Name.root);
    } catch (TextParseException e) {
      throw new DnsFailureException(host + " is not a host name", false);
    }
  }

  private static String text(Name name) {
    return name.toString(true).toLowerCase(Locale.ROOT);
  }
}
