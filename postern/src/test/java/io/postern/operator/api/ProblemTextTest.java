package io.postern.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProblemTextTest {
  @Test
  void aProblemIsItsDetailAndItsFaultsWithTheirCures() {
    String body =
        """
        {"type": "/problems#not-valid", "title": "Not valid", "status": 422,
         "detail": "The object has 2 problems, and nothing was changed.",
         "errors": [
           {"pointer": "/tlsDomain", "problem": "it is no name", "cure": "write a name", "line": 3},
           {"problem": "it is too large"}]}
        """;

    assertThat(ProblemText.of(body))
        .isEqualTo(
            """
            The object has 2 problems, and nothing was changed.
                line 3: /tlsDomain: it is no name; write a name
                it is too large\
            """);
  }

  @Test
  void anotherBodyStaysAsItIs() {
    assertThat(ProblemText.of("Bad Gateway")).isEqualTo("Bad Gateway");
    assertThat(ProblemText.of("{\"a\": 1}")).isEqualTo("{\"a\": 1}");
    assertThat(ProblemText.of("")).isEmpty();
  }
}
