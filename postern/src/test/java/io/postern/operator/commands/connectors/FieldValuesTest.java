package io.postern.operator.commands.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldValuesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static String changed(String before, String direction, String... values)
      throws Exception {
    return FieldValues.changed((ObjectNode) JSON.readTree(before), direction, List.of(values))
        .toString();
  }

  @Test
  void aValueHasTheTypeOfItsField() throws Exception {
    assertThat(
            changed(
                "{\"name\":\"A\",\"enabled\":true,\"comment\":\"x\"}",
                "outbound",
                "enabled=false",
                "maxConnections=5",
                "recipientDomains=a.example, b.example",
                "tlsDomain=mail.a.example",
                "comment="))
        .isEqualTo(
            "{\"name\":\"A\",\"enabled\":false,\"maxConnections\":5,"
                + "\"recipientDomains\":[\"a.example\",\"b.example\"],\"tlsDomain\":\"mail.a.example\"}");
  }

  @Test
  void oneValueOfAListIsAList() throws Exception {
    assertThat(changed("{}", "inbound", "senderIPAddresses=192.0.2.1"))
        .isEqualTo("{\"senderIPAddresses\":[\"192.0.2.1\"]}");
    assertThat(changed("{}", "outbound", "smartHosts=mail.a.example:25"))
        .isEqualTo("{\"smartHosts\":[\"mail.a.example:25\"]}");
  }

  @Test
  void aValueMayHaveAnEqualsSign() throws Exception {
    assertThat(changed("{}", "inbound", "comment=a=b")).isEqualTo("{\"comment\":\"a=b\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"enabled", "=true", "name=Other", ""})
  void aWordThatSetsNoFieldIsWrong(String word) {
    assertThatThrownBy(() -> changed("{}", "inbound", word))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
