package io.postern.policy.scheduler;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * The memory of all of the process's RocksDB stores together: 24 MB for blocks, indexes and
 * filters, of which 12 MB may be write buffers. Streams' defaults are 50 MB and 48 MB for each
 * store. Made by Kafka Streams; any thread.
 */
public final class BoundedRocksMemory implements RocksDBConfigSetter {
  private static final long CACHE_BYTES = 24L << 20;
  private static final long WRITE_BYTES = 12L << 20;
  private static final long ONE_WRITE_BUFFER_BYTES = 2L << 20;
  private static final long BLOCK_BYTES = 8L << 10;
  private static final int OPEN_FILES = 64;

  // Native memory, for the life of the process, shared by all stores.
  private static final class Shared {
    static final Cache CACHE;
    static final WriteBufferManager WRITES;

    static {
      RocksDB.loadLibrary();
      CACHE = new LRUCache(CACHE_BYTES, -1, false, 0.1);
      WRITES = new WriteBufferManager(WRITE_BYTES, CACHE);
    }

    private Shared() {}
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    if (!(options.tableFormatConfig() instanceof BlockBasedTableConfig table)) {
      throw new IllegalStateException("Kafka Streams has block-based tables");
    }
    table.setBlockCache(Shared.CACHE);
    table.setBlockSize(BLOCK_BYTES);
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(Shared.WRITES);
    options.setWriteBufferSize(ONE_WRITE_BUFFER_BYTES);
    options.setMaxWriteBufferNumber(2);
    options.setMaxOpenFiles(OPEN_FILES);
    options.setCompressionType(CompressionType.LZ4_COMPRESSION);
  }

  @Override
  public void close(String storeName, Options options) {
    // The shared cache stays with the process.
  }
}
