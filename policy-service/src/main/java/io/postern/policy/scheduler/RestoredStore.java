package io.postern.policy.scheduler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * A store on disk that keeps nothing from one life to the next: it begins empty, and Streams reads
 * all of its changelog (decision 15). To Streams it is a store in memory, so Streams neither writes
 * nor believes a checkpoint for it. It lives once: a task that Streams revives after an error ends
 * the client, which begins anew. Owner: the partition's task.
 */
final class RestoredStore implements KeyValueStore<Bytes, byte[]> {
  private final KeyValueStore<Bytes, byte[]> disk;
  private boolean began;

  private RestoredStore(KeyValueStore<Bytes, byte[]> disk) {
    this.disk = disk;
  }

  /** Made by Streams, one for each task. */
  static KeyValueBytesStoreSupplier supplier(String name) {
    KeyValueBytesStoreSupplier disk = Stores.persistentKeyValueStore(name);
    return new KeyValueBytesStoreSupplier() {
      @Override
      public String name() {
        return disk.name();
      }

      @Override
      public KeyValueStore<Bytes, byte[]> get() {
        return new RestoredStore(disk.get());
      }

      @Override
      public String metricsScope() {
        return disk.metricsScope();
      }
    };
  }

  /**
   * @throws StreamsException the second time, or when the former life's files cannot be removed
   */
  @Override
  public void init(StateStoreContext context, StateStore root) {
    if (began) {
      throw new StreamsException("a task of the schedule is not revived");
    }
    began = true;
    try {
      remove(context.stateDir().toPath().resolve("rocksdb").resolve(name())); // Streams' own folder
    } catch (IOException | UncheckedIOException e) {
      throw new StreamsException("the former copy of the schedule cannot be removed", e);
    }
    disk.init(context, root);
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) { // folders last
        Files.delete(file);
      }
    }
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public String name() {
    return disk.name();
  }

  @Override
  public void flush() {
    disk.flush();
  }

  @Override
  public void close() {
    disk.close();
  }

  @Override
  public boolean isOpen() {
    return disk.isOpen();
  }

  @Override
  public Position getPosition() {
    return disk.getPosition();
  }

  @Override
  public void put(Bytes key, byte[] value) {
    disk.put(key, value);
  }

  @Override
  public byte[] putIfAbsent(Bytes key, byte[] value) {
    return disk.putIfAbsent(key, value);
  }

  @Override
  public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
    disk.putAll(entries);
  }

  @Override
  public byte[] delete(Bytes key) {
    return disk.delete(key);
  }

  @Override
  public byte[] get(Bytes key) {
    return disk.get(key);
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
    return disk.range(from, to);
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> all() {
    return disk.all();
  }

  @Override
  public long approximateNumEntries() {
    return disk.approximateNumEntries();
  }
}
