package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

class LabDnsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofSeconds(1);

  private LabDns dns;
  private SimpleResolver resolver;

  @BeforeEach
  void start() {
    dns = LabDns.start();
    resolver = new SimpleResolver(dns.address());
    resolver.setTimeout(PATIENCE);
  }

  @AfterEach
  void close() {
    dns.close();
  }

  @Test
  void answersWhatItWasToldAndRecordsQuestions() throws Exception {
    dns.mailDomain("contoso.example", "mx1.contoso.example")
        .mx("contoso.example", 20, "mx2.contoso.example")
        .aaaa("mx1.contoso.example", "::1")
        .cname("www.contoso.example", "mx1.contoso.example")
        .nullMx("nomail.example");
    assertThat(ask("contoso.example", Type.MX).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("10 mx1.contoso.example.", "20 mx2.contoso.example.");
    assertThat(ask("MX1.contoso.example", Type.A).getSection(Section.ANSWER)).hasSize(1);
    assertThat(ask("mx1.contoso.example", Type.AAAA).getSection(Section.ANSWER)).hasSize(1);
    assertThat(ask("www.contoso.example", Type.A).getSection(Section.ANSWER)).hasSize(2);
    assertThat(ask("nomail.example", Type.MX).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("0 .");
    assertThat(dns.queries()).startsWith("MX contoso.example").hasSize(5);
  }

  @Test
  void unknownNameDoesNotExistAndKnownNameWithoutTypeHasNoData() throws Exception {
    dns.a("host.example", "127.0.0.1");
    assertThat(ask("none.example", Type.MX).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    Message noData = ask("host.example", Type.MX);
    assertThat(noData.getRcode()).isEqualTo(Rcode.NOERROR);
    assertThat(noData.getSection(Section.ANSWER)).isEmpty();
    dns.remove("host.example");
    assertThat(ask("host.example", Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void aWildcardStandsForAllNamesBelowItThatAreNotKnown() throws Exception {
    dns.mx("*.many.example", 10, "mx.example").mx("one.many.example", 10, "other.example");
    assertThat(ask("a.b.many.example", Type.MX).getSection(Section.ANSWER))
        .extracting(Record::toString)
        .containsExactly("a.b.many.example.\t1\tIN\tMX\t10 mx.example.");
    assertThat(ask("one.many.example", Type.MX).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("10 other.example.");
    assertThat(ask("many.example", Type.MX).getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void failsAndIsSilentWhereTold() throws Exception {
    dns.servfail("broken.example").silent("silent.example").a("good.example", "127.0.0.1");
    assertThat(ask("broken.example", Type.MX).getRcode()).isEqualTo(Rcode.SERVFAIL);
    resolver.setTimeout(SILENCE);
    assertThatThrownBy(() -> ask("silent.example", Type.MX)).isInstanceOf(IOException.class);
    dns.silence(true);
    assertThatThrownBy(() -> ask("good.example", Type.A)).isInstanceOf(IOException.class);
    dns.silence(false);
    resolver.setTimeout(PATIENCE);
    assertThat(ask("good.example", Type.A).getSection(Section.ANSWER)).hasSize(1);
  }

  @Test
  void truncatedAnswerIsHadOverTcp() throws Exception {
    dns.a("big.example", "127.0.0.1").tcpOnly("big.example");
    assertThat(ask("big.example", Type.A).getSection(Section.ANSWER)).hasSize(1);
    assertThat(dns.queries()).containsExactly("A big.example", "A big.example");
  }

  private Message ask(String name, int type) throws IOException {
    Name absolute = Name.fromString(name, Name.root);
    return resolver.send(Message.newQuery(Record.newRecord(absolute, type, DClass.IN)));
  }
}
