package io.postern.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RightsTest {
  @ParameterizedTest(name = "{0}: operator {1}, reads {2}, changes {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          operator                                    | true  | true  | true
          administrator:contoso                       | false | true  | true
          auditor:contoso                             | false | true  | false
          administrator:*                             | false | true  | true
          auditor:*                                   | false | true  | false
          administrator:fabrikam                      | false | false | false
          administrator:fabrikam auditor:contoso      | false | true  | false
          administrator:contoso auditor:contoso       | false | true  | true
          administrator:contos                        | false | false | false
          administrator auditor                       | false | false | false
          Operator administrator:CONTOSO offline_access | false | false | false
          none                                        | false | false | false
          """)
  void aRoleGivesItsRightsAndNoOther(
      String roles, boolean operator, boolean reads, boolean changes) {
    Rights rights = Rights.of(List.of(roles.split(" ")));

    assertThat(rights.operator()).isEqualTo(operator);
    assertThat(rights.mayRead("contoso")).isEqualTo(reads);
    assertThat(rights.mayChange("contoso")).isEqualTo(changes);
  }
}
