package io.postern.operator.commands.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.directory.ConnectorInShort;
import io.postern.operator.api.ConnectorsClient.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectorSummaryTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          inbound; {"connectorType":"onPremises","senderIPAddresses":["192.0.2.1"]}; enforce | own servers | address 192.0.2.1
          inbound; {"connectorType":"partner","senderDomains":["a.example","b.example","c.example","d.example"],"requireTls":true,"mode":"reportOnly"}; reportOnly | from a.example, b.example, c.example and 1 more | TLS
          inbound; {"connectorType":"partner","senderDomains":["*"],"blocked":true,"tlsSenderCertificateName":"m.example","restrictDomainsToCertificate":true,"senderIPAddresses":["192.0.2.1"]}; blocked | from * | certificate m.example, only for clients at 192.0.2.1
          inbound; {"connectorType":"partner","senderDomains":["*"],"tlsSenderCertificateName":"m.example"}; enforce | from * | ''
          outbound; {"enabled":false,"recipientDomains":["a.example"],"tlsSettings":"domainValidation","tlsDomain":"m.example"}; disabled | to a.example by MX | domainValidation m.example
          outbound; {"allAcceptedDomains":true,"smartHosts":["m.example:25"]}; enforce | to accepted domains by m.example:25 | opportunistic
          outbound; {"isTransportRuleScoped":true,"smartHosts":["s.example"]}; enforce | mail of routing rules by s.example | opportunistic
          """)
  void aConnectorInShort(String direction, String fields, String expected) throws Exception {
    Connector connector =
        new Connector(
            "contoso", direction, "", (ObjectNode) JSON.readTree(fields), JSON.createArrayNode());

    assertThat(String.join(" | ", ConnectorSummary.row(connector).subList(4, 7)))
        .isEqualTo(expected.replace("''", ""));
  }

  @Test
  void eachPhraseHasWords() {
    assertThat(ConnectorSummary.WORDS.keySet()).isEqualTo(ConnectorInShort.CODES);
  }
}
