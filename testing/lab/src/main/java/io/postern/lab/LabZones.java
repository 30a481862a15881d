package io.postern.lab;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Zones that sign what a {@link LabDns} answers (RFC 4034, 4035): a root, and zones below it that
 * are signed, or delegated without a DS record. A denial is proven by NSEC. A zone's signatures can
 * be made to be of the past, or of another key, or left out. One key a zone, P-256. Thread-safe;
 * may change while it runs.
 */
public final class LabZones {
  private static final int ZONE_KEY = 257; // with the bit of a secure entry point

  /** How a zone signs. */
  public enum Signing {
    RIGHT,
    /** The signatures were valid until yesterday. */
    EXPIRED,
    /** The signatures are of a key that the zone does not publish. */
    WRONG_KEY,
    /** The parent says that the zone is signed, and it has no signatures. */
    LEFT_OUT
  }

  private record Zone(Name apex, boolean secure, DNSKEYRecord key, KeyPair pair, Signing signing) {}

  private final Map<Name, Zone> zones = new ConcurrentHashMap<>();
  private final Map<Name, Instant> ends = new ConcurrentHashMap<>();
  private final KeyPair foreign = pair();
  private volatile long ttl;

  public LabZones() {
    this(1);
  }

  /**
   * @param ttl of the zones' own records and of denials, in seconds
   */
  public LabZones(int ttl) {
    this.ttl = ttl;
    add(Name.root, true, Signing.RIGHT);
  }

  /** A signed zone. Asked again for the same name: with a new key. */
  public LabZones signed(String apex) {
    return add(name(apex), true, Signing.RIGHT);
  }

  /** A zone that its parent delegates without a DS record. */
  public LabZones insecure(String apex) {
    return add(name(apex), false, Signing.LEFT_OUT);
  }

  /** The same zone and key, and other signatures from now on. */
  public LabZones signing(String apex, Signing signing) {
    zones.computeIfPresent(
        name(apex),
        (any, zone) -> new Zone(zone.apex(), zone.secure(), zone.key(), zone.pair(), signing));
    return this;
  }

  /** TTL of denials and their proof, in seconds. */
  public LabZones ttl(long seconds) {
    ttl = seconds;
    return this;
  }

  /** The zone's signatures end then, instead of after a week. */
  public LabZones signedUntil(String apex, Instant end) {
    ends.put(name(apex), end);
    return this;
  }

  /** The root's DS record as in a zone file: what a validator trusts. */
  public String rootAnchor() {
    return ds(zone(Name.root)).toString();
  }

  /** True: all that is asked about the name is proven, where signatures are right. */
  public boolean isSecure(Name name) {
    Zone zone = closest(name, 0);
    return zone.secure() && zone.signing() == Signing.RIGHT;
  }

  /** Answers questions for the zones' own records; false: the question is for another. */
  boolean answer(Message answer, Name name, int type) {
    Zone zone = zones.get(name);
    if (zone == null) {
      return false;
    }
    if (type == Type.DNSKEY && zone.secure()) {
      answer.addRecord(zone.key(), Section.ANSWER);
    } else if (type == Type.DS && zone.secure() && !name.equals(Name.root)) {
      answer.addRecord(ds(zone), Section.ANSWER);
    } else if (type == Type.SOA) {
      answer.addRecord(soa(zone), Section.ANSWER);
    } else if (type == Type.NS) {
      answer.addRecord(ns(zone), Section.ANSWER);
    } else {
      return false;
    }
    answer.getHeader().setRcode(Rcode.NOERROR);
    return true;
  }

  /**
   * Signs the answers, or proves that there is none.
   *
   * @param names that exist, with their records
   */
  void prove(Message answer, Name name, int type, Map<Name, List<Record>> names) {
    Name end = name;
    boolean found = false;
    for (RRset set : answer.getSectionRRsets(Section.ANSWER)) {
      Zone zone = closest(set.getName(), set.getType());
      wildcard(set.getName(), names, zone)
          .ifPresentOrElse(
              wild -> expanded(answer, set, wild, zone, names),
              () -> sign(answer, Section.ANSWER, set, zone));
      found |= set.getType() == type;
      if (set.first() instanceof org.xbill.DNS.CNAMERecord alias) {
        end = alias.getTarget();
      }
    }
    if (!found) {
      deny(answer, end, closest(end, type), names);
    }
  }

  private void deny(Message answer, Name name, Zone zone, Map<Name, List<Record>> names) {
    SOARecord soa = soa(zone);
    answer.addRecord(soa, Section.AUTHORITY);
    sign(answer, Section.AUTHORITY, new RRset(soa), zone);
    TreeMap<Name, Set<Integer>> chain = chain(zone, names);
    Set<Name> proofs = new TreeSet<>();
    proofs.add(floor(chain, name));
    if (!chain.containsKey(name)) {
      Name encloser = name;
      while (!chain.containsKey(encloser) && !encloser.equals(zone.apex())) {
        encloser = new Name(encloser, 1);
      }
      proofs.add(floor(chain, wild(encloser)));
    }
    proofs.forEach(owner -> addNsec(answer, owner, zone, chain));
  }

  private void addNsec(Message answer, Name owner, Zone zone, TreeMap<Name, Set<Integer>> chain) {
    Name after = chain.higherKey(owner);
    int[] types =
        chain.getOrDefault(owner, Set.of()).stream().mapToInt(Integer::intValue).toArray();
    NSECRecord nsec =
        new NSECRecord(owner, DClass.IN, ttl, after == null ? zone.apex() : after, types);
    answer.addRecord(nsec, Section.AUTHORITY);
    sign(answer, Section.AUTHORITY, new RRset(nsec), zone);
  }

  // RFC 4035 §3.1.3.3: the signature is the wildcard's, and that no closer name exists is proven.
  private void expanded(
      Message answer, RRset set, Name wild, Zone zone, Map<Name, List<Record>> names) {
    RRset original = new RRset();
    set.rrs(false).forEach(record -> original.addRR(record.withName(wild)));
    RRSIGRecord signature = signature(original, zone);
    if (signature != null) {
      answer.addRecord(signature.withName(set.getName()), Section.ANSWER);
      TreeMap<Name, Set<Integer>> chain = chain(zone, names);
      addNsec(answer, floor(chain, set.getName()), zone, chain);
    }
  }

  private static java.util.Optional<Name> wildcard(
      Name name, Map<Name, List<Record>> names, Zone zone) {
    if (names.containsKey(name) || name.equals(zone.apex())) {
      return java.util.Optional.empty();
    }
    for (int labels = 1; labels < name.labels(); labels++) {
      if (names.containsKey(name.wild(labels))) {
        return java.util.Optional.of(name.wild(labels));
      }
    }
    return java.util.Optional.empty();
  }

  /** All names of a zone, empty ones too, with the types that they have, in canonical order. */
  private TreeMap<Name, Set<Integer>> chain(Zone zone, Map<Name, List<Record>> names) {
    TreeMap<Name, Set<Integer>> chain = new TreeMap<>();
    Set<Integer> apex = types(chain, zone.apex());
    apex.addAll(List.of(Type.SOA, Type.NS, Type.DNSKEY));
    for (Map.Entry<Name, List<Record>> each : names.entrySet()) {
      if (closest(each.getKey(), 0).equals(zone)) {
        Set<Integer> types = types(chain, each.getKey());
        each.getValue().forEach(record -> types.add(record.getType()));
      }
    }
    for (Zone child : zones.values()) {
      if (!child.equals(zone) && closest(child.apex(), Type.DS).equals(zone)) {
        Set<Integer> types = types(chain, child.apex());
        types.add(Type.NS);
        if (child.secure()) {
          types.add(Type.DS);
        }
      }
    }
    return chain;
  }

  private static Set<Integer> types(TreeMap<Name, Set<Integer>> chain, Name name) {
    return chain.computeIfAbsent(name, any -> new TreeSet<>(List.of(Type.RRSIG, Type.NSEC)));
  }

  private static Name floor(TreeMap<Name, Set<Integer>> chain, Name name) {
    Name owner = chain.floorKey(name);
    return owner == null ? chain.lastKey() : owner;
  }

  private void sign(Message answer, int section, RRset set, Zone zone) {
    RRSIGRecord signature = signature(set, zone);
    if (signature != null) {
      answer.addRecord(signature, section);
    }
  }

  private @Nullable RRSIGRecord signature(RRset set, Zone zone) {
    if (zone.signing() == Signing.LEFT_OUT) {
      return null;
    }
    Instant week = Instant.now().plus(Duration.ofDays(zone.signing() == Signing.EXPIRED ? -1 : 7));
    Instant until = ends.getOrDefault(zone.apex(), week);
    KeyPair pair = zone.signing() == Signing.WRONG_KEY ? foreign : zone.pair();
    try {
      return DNSSEC.sign(
          set, zone.key(), pair.getPrivate(), until.minus(Duration.ofDays(14)), until);
    } catch (DNSSEC.DNSSECException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The zone that answers for a name; for its DS record: the parent. */
  private Zone closest(Name name, int type) {
    Name apex = type == Type.DS && !name.equals(Name.root) ? new Name(name, 1) : name;
    while (!zones.containsKey(apex)) {
      apex = new Name(apex, 1);
    }
    return zone(apex);
  }

  private Zone zone(Name apex) {
    Zone zone = zones.get(apex);
    if (zone == null) {
      throw new IllegalStateException(apex + " is not a zone");
    }
    return zone;
  }

  private LabZones add(Name apex, boolean secure, Signing signing) {
    KeyPair pair = pair();
    try {
      DNSKEYRecord key =
          new DNSKEYRecord(
              apex,
              DClass.IN,
              ttl,
              ZONE_KEY,
              DNSKEYRecord.Protocol.DNSSEC,
              DNSSEC.Algorithm.ECDSAP256SHA256,
              pair.getPublic());
      zones.put(apex, new Zone(apex, secure, key, pair, signing));
      return this;
    } catch (DNSSEC.DNSSECException e) {
      throw new IllegalStateException(e);
    }
  }

  private DSRecord ds(Zone zone) {
    return new DSRecord(zone.apex(), DClass.IN, ttl, DSRecord.SHA256_DIGEST_ID, zone.key());
  }

  private SOARecord soa(Zone zone) {
    return new SOARecord(
        zone.apex(), DClass.IN, ttl, server(zone), server(zone), 1, 3600, 600, 86_400, ttl);
  }

  private NSRecord ns(Zone zone) {
    return new NSRecord(zone.apex(), DClass.IN, ttl, server(zone));
  }

  private static Name server(Zone zone) {
    return name(zone.apex().equals(Name.root) ? "ns" : "ns." + zone.apex());
  }

  private static Name wild(Name encloser) {
    try {
      return Name.concatenate(Name.fromConstantString("*"), encloser);
    } catch (NameTooLongException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Name name(String text) {
    try {
      return Name.fromString(text, Name.root);
    } catch (TextParseException malformed) {
      throw new IllegalArgumentException(text + " is not a domain name", malformed);
    }
  }
}
