package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.Deployment;
import io.postern.policy.LogLab;
import java.nio.file.Path;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing of a task's former life is believed (decision 15). */
class RestoredStoreTest {
  private static final String KEY = "0000mwwgkmxkdpx25yzg2/0";

  @TempDir Path folder = Path.of("");
  private MockProcessorContext<byte[], byte[]> context;

  @BeforeEach
  void open() {
    context =
        new MockProcessorContext<>(
            StreamsSettings.of(LogLab.settings("localhost:9"), Deployment.singleNode(1), folder),
            new TaskId(0, 0),
            folder.toFile());
  }

  private static KeyValueStore<String, byte[]> store(KeyValueBytesStoreSupplier supplier) {
    return Stores.keyValueStoreBuilder(supplier, Serdes.String(), Serdes.ByteArray())
        .withLoggingDisabled()
        .withCachingDisabled()
        .build();
  }

  private void begin(KeyValueStore<String, byte[]> store) {
    store.init(context.getStateStoreContext(), store);
  }

  /** Streams took the position of late acknowledgements for that of a store that was half read. */
  @Test
  void itBeginsEmptyWhateverTheFormerOneLeft() {
    KeyValueBytesStoreSupplier usual = Stores.persistentKeyValueStore(SchedulerTopology.SCHEDULE);
    KeyValueStore<String, byte[]> former = store(usual);
    begin(former);
    former.put(KEY, new byte[] {1});
    former.close();
    KeyValueStore<String, byte[]> same = store(usual);
    begin(same);
    assertThat(same.get(KEY)).as("the file is where it is looked for").isEqualTo(new byte[] {1});
    same.close();

    KeyValueStore<String, byte[]> restored =
        store(RestoredStore.supplier(SchedulerTopology.SCHEDULE));
    begin(restored);
    assertThat(restored.get(KEY)).isNull();
    restored.put(KEY, new byte[] {2});
    assertThat(restored.get(KEY)).isEqualTo(new byte[] {2});
    restored.close();
  }

  /** Streams writes and believes checkpoints of persistent stores alone. */
  @Test
  void noCheckpointIsKeptOfIt() {
    assertThat(store(RestoredStore.supplier(SchedulerTopology.SCHEDULE)).persistent()).isFalse();
  }

  @Test
  void aTaskIsNotRevived() {
    KeyValueStore<String, byte[]> store = store(RestoredStore.supplier(SchedulerTopology.SCHEDULE));
    begin(store);
    store.close();
    assertThatThrownBy(() -> begin(store))
        .isInstanceOf(StreamsException.class)
        .hasMessageContaining("not revived");
  }
}
