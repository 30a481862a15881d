package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.wire.RecipientMemory;
import io.postern.lab.contracts.AcceptedState;
import io.postern.lab.contracts.MessagesContract;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the fold keeps in the database, which a later version reads. */
class ReadModelContractTest {
  @Test
  void theMemoryIsAsTheVersionBeforeWroteIt() throws Exception {
    assertThat(
            AcceptedState.differences(
                "read-model",
                MessagesContract.entries(List.of(RecipientMemory.getDescriptor().getFile())),
                MessagesContract.rule(_ -> "replicas of console-service of the version before")))
        .isEmpty();
  }
}
