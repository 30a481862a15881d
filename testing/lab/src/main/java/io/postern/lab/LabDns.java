package io.postern.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.postern.programs.FreePorts;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * A DNS server on 127.0.0.1, UDP and TCP on one port, that answers from its records: MX, A, AAAA
 * and CNAME records. A name it does not know does not exist (NXDOMAIN); a known one without the
 * type asked has no data. A name such as {@code *.example} stands for all below it that are not
 * known. A name can also be made to answer SERVFAIL, nothing, or over TCP only. Every question is
 * recorded, the last 10,000. With {@link LabZones} it proves its answers to whoever asks for that.
 * Thread-safe; records may change while it runs.
 */
public final class LabDns implements AutoCloseable {
  private static final int MAX_QUERIES = 10_000;

  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Name, List<Record>> records = new ConcurrentHashMap<>();
  private final Set<Name> failing = ConcurrentHashMap.newKeySet();
  private final Set<String> failingQuestions = ConcurrentHashMap.newKeySet();
  private final Set<String> silentQuestions = ConcurrentHashMap.newKeySet();
  private final Set<Name> silent = ConcurrentHashMap.newKeySet();
  private final Set<Name> tcpOnly = ConcurrentHashMap.newKeySet();
  private final List<String> queries = new CopyOnWriteArrayList<>();
  private volatile long ttl = 1; // seconds: a change is seen soon
  private volatile boolean allSilent;
  private volatile @Nullable LabZones zones;
  private volatile boolean validates;

  private LabDns(DatagramSocket udp, ServerSocket tcp) {
    this.udp = udp;
    this.tcp = tcp;
  }

  public static LabDns start() {
    return on(FreePorts.next());
  }

  public static LabDns on(int port) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      ServerSocket tcp = new ServerSocket(port, 64, address.getAddress());
      try {
        LabDns dns = new LabDns(new DatagramSocket(address), tcp);
        dns.threads.execute(dns::serveUdp);
        dns.threads.execute(dns::serveTcp);
        return dns;
      } catch (IOException failed) {
        tcp.close();
        throw failed;
      }
    } catch (IOException failed) {
      throw new IllegalStateException("DNS server cannot listen on port " + port, failed);
    }
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), udp.getLocalPort());
  }

  /** As a setting: {@code 127.0.0.1:port}. */
  public String server() {
    return "127.0.0.1:" + udp.getLocalPort();
  }

  /** Of records that are added from now on, in seconds; 1 by default. */
  public LabDns ttl(int seconds) {
    ttl = seconds;
    return this;
  }

  public LabDns mx(String domain, int preference, String host) {
    return add(new MXRecord(name(domain), DClass.IN, ttl, preference, name(host)));
  }

  /** The domain takes no mail: RFC 7505. */
  public LabDns nullMx(String domain) {
    return add(new MXRecord(name(domain), DClass.IN, ttl, 0, Name.root));
  }

  public LabDns a(String host, String address) {
    return add(new ARecord(name(host), DClass.IN, ttl, inet(address)));
  }

  public LabDns aaaa(String host, String address) {
    return add(new AAAARecord(name(host), DClass.IN, ttl, inet(address)));
  }

  public LabDns cname(String alias, String target) {
    return add(new CNAMERecord(name(alias), DClass.IN, ttl, name(target)));
  }

  public LabDns tlsa(String host, int port, int usage, int selector, int type, byte[] data) {
    return add(
        new TLSARecord(
            name("_" + port + "._tcp." + host), DClass.IN, ttl, usage, selector, type, data));
  }

  public LabDns txt(String name, String text) {
    return add(new TXTRecord(name(name), DClass.IN, ttl, text));
  }

  /** Records as lines of a zone file, with whole names. */
  public LabDns zone(String lines) {
    for (Record record : records(lines)) {
      add(record);
    }
    return this;
  }

  /** Takes single records away, by the same. */
  public LabDns unzone(String lines) {
    for (Record record : records(lines)) {
      records.computeIfPresent(
          record.getName(),
          (name, all) -> {
            all.remove(record); // equal but for the TTL
            return all.isEmpty() ? null : all;
          });
    }
    return this;
  }

  private static List<Record> records(String lines) {
    try (Master zone = new Master(new ByteArrayInputStream(lines.getBytes(US_ASCII)), Name.root)) {
      List<Record> read = new ArrayList<>();
      for (Record record = zone.nextRecord(); record != null; record = zone.nextRecord()) {
        read.add(record);
      }
      return read;
    } catch (IOException malformed) {
      throw new IllegalArgumentException(lines, malformed);
    }
  }

  /** Answers have signatures from now on. */
  public LabDns signedBy(LabZones signer) {
    zones = signer;
    return this;
  }

  /** It says of its answers itself whether they are proven (AD), as a validating resolver does. */
  public LabDns validating() {
    validates = true;
    return this;
  }

  /** A domain with one mail host on 127.0.0.1. */
  public LabDns mailDomain(String domain, String host) {
    return mx(domain, 10, host).a(host, "127.0.0.1");
  }

  public LabDns servfail(String name) {
    failing.add(name(name));
    return this;
  }

  /** The same for questions for one type alone, such as {@code "A"}. */
  public LabDns servfail(String type, String name) {
    failingQuestions.add(type + " " + name(name));
    return this;
  }

  /** Questions for the name get no answer. */
  public LabDns silent(String name) {
    silent.add(name(name));
    return this;
  }

  /** The same for questions for one type alone, such as {@code "AAAA"}. */
  public LabDns silent(String type, String name) {
    silentQuestions.add(type + " " + name(name));
    return this;
  }

  /** No question gets an answer, or all do again. */
  public LabDns silence(boolean on) {
    allSilent = on;
    return this;
  }

  /** Over UDP the name's answers are truncated to nothing. */
  public LabDns tcpOnly(String name) {
    tcpOnly.add(name(name));
    return this;
  }

  /** Removes all records of the name: it does not exist. */
  public LabDns remove(String name) {
    Name key = name(name);
    records.remove(key);
    failing.remove(key);
    failingQuestions.removeIf(question -> question.endsWith(" " + key));
    silent.remove(key);
    silentQuestions.removeIf(question -> question.endsWith(" " + key));
    tcpOnly.remove(key);
    return this;
  }

  /** Questions so far, as {@code "MX example.org"}. */
  public List<String> queries() {
    return List.copyOf(queries);
  }

  @Override
  public void close() {
    udp.close();
    try {
      tcp.close();
    } catch (IOException failed) {
      throw new IllegalStateException("DNS server cannot be closed", failed);
    } finally {
      threads.shutdownNow();
    }
  }

  private LabDns add(Record record) {
    records.computeIfAbsent(record.getName(), any -> new CopyOnWriteArrayList<>()).add(record);
    return this;
  }

  private void serveUdp() {
    byte[] buffer = new byte[4096];
    while (!udp.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        udp.receive(packet);
        byte[] answer = answer(Arrays.copyOf(buffer, packet.getLength()), true);
        if (answer != null) {
          udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      } catch (SocketException closedOrUnreachable) {
        // closed: the loop ends; the asker is gone: the next question counts
      } catch (IOException malformed) {
        // no DNS message: nothing to answer
      }
    }
  }

  private void serveTcp() {
    while (!tcp.isClosed()) {
      try {
        Socket socket = tcp.accept();
        threads.execute(() -> serve(socket));
      } catch (IOException closed) {
        // the loop ends
      }
    }
  }

  private void serve(Socket accepted) {
    try (Socket socket = accepted) {
      socket.setSoTimeout(10_000);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      while (true) {
        byte[] answer = answer(in.readNBytes(in.readUnsignedShort()), false);
        if (answer == null) {
          continue; // silent: the asker's time-out closes the connection
        }
        byte[] framed = new byte[answer.length + 2]; // RFC 1035 §4.2.2: length first
        framed[0] = (byte) (answer.length >> 8);
        framed[1] = (byte) answer.length;
        System.arraycopy(answer, 0, framed, 2, answer.length);
        out.write(framed);
      }
    } catch (IOException ended) {
      // the asker closed, or waited too long
    }
  }

  private byte @Nullable [] answer(byte[] wire, boolean overUdp) throws IOException {
    Message query = new Message(wire);
    Record question = query.getQuestion();
    if (question == null) {
      return null;
    }
    Name name = question.getName();
    if (queries.size() < MAX_QUERIES) {
      queries.add(Type.string(question.getType()) + " " + name.toString(true));
    }
    if (allSilent
        || silent.contains(name)
        || silentQuestions.contains(Type.string(question.getType()) + " " + name)) {
      return null;
    }
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.AA);
    answer.getHeader().setFlag(Flags.RA);
    if (query.getHeader().getFlag(Flags.RD)) {
      answer.getHeader().setFlag(Flags.RD);
    }
    answer.addRecord(question, Section.QUESTION);
    if (failing.contains(name)
        || failingQuestions.contains(Type.string(question.getType()) + " " + name)) {
      answer.getHeader().setRcode(Rcode.SERVFAIL);
    } else if (overUdp && tcpOnly.contains(name)) {
      answer.getHeader().setFlag(Flags.TC);
    } else {
      fill(answer, name, question.getType());
      prove(query, answer, name, question.getType());
    }
    return answer.toWire();
  }

  private void prove(Message query, Message answer, Name name, int type) {
    LabZones signer = zones;
    if (signer == null) {
      return;
    }
    signer.answer(answer, name, type);
    OPTRecord options = query.getOPT();
    if (options != null && (options.getFlags() & ExtendedFlags.DO) != 0) {
      signer.prove(answer, name, type, records);
      answer.addRecord(new OPTRecord(4096, 0, 0, ExtendedFlags.DO), Section.ADDITIONAL);
    }
    boolean secure =
        signer.isSecure(name)
            && answer.getSection(Section.ANSWER).stream()
                .allMatch(record -> signer.isSecure(record.getName()));
    if (validates && secure) {
      answer.getHeader().setFlag(Flags.AD);
    }
  }

  /** Follows one alias: RFC 1034 §4.3.2. */
  private void fill(Message answer, Name name, int type) {
    List<Record> known = records.getOrDefault(name, ofWildcard(name));
    if (known.isEmpty()) {
      answer.getHeader().setRcode(Rcode.NXDOMAIN);
      return;
    }
    for (Record record : known) {
      if (record.getType() == type) {
        answer.addRecord(record, Section.ANSWER);
      } else if (record instanceof CNAMERecord alias) {
        answer.addRecord(alias, Section.ANSWER);
        records.getOrDefault(alias.getTarget(), List.of()).stream()
            .filter(target -> target.getType() == type)
            .forEach(target -> answer.addRecord(target, Section.ANSWER));
      }
    }
  }

  /** The records of {@code *}, with the name asked for: RFC 1034 §4.3.3. Empty: nothing. */
  private List<Record> ofWildcard(Name name) {
    for (int labels = 1; labels < name.labels(); labels++) {
      List<Record> wildcard = records.get(name.wild(labels));
      if (wildcard != null) {
        return wildcard.stream().map(record -> record.withName(name)).toList();
      }
    }
    return List.of();
  }

  private static Name name(String text) {
    try {
      return Name.fromString(text, Name.root);
    } catch (TextParseException malformed) {
      throw new IllegalArgumentException(text + " is not a domain name", malformed);
    }
  }

  private static InetAddress inet(String literal) {
    return InetAddress.ofLiteral(literal);
  }
}
