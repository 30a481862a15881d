package io.postern.console.web.frame;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PosternCommandTest {
  @Test
  void aStrangersTextIsOneWordOfTheShell() {
    assertThat(
            PosternCommand.of("queue list")
                .with("--connector", "To Fabrikam")
                .with("--from", "it's$(reboot)@x.example")
                .with("--to", "")
                .with("--reason", "revoked")
                .toString())
        .isEqualTo(
            "postern queue list --connector 'To Fabrikam' --from 'it'\\''s$(reboot)@x.example'"
                + " --reason revoked");
  }
}
