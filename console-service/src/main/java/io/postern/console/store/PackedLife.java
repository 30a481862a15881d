package io.postern.console.store;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.wire.MessageLife;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;

/**
 * {@code message.life}: a {@link MessageLife} as an octet that says how it is packed, 1, and a zstd
 * frame that was made with dictionary 1. The dictionary is a resource of this class and never
 * changes, since rows that are kept need it; another one has another number.
 *
 * <p>Stateless; any thread. A life has at most {@link #MOST_BYTES}.
 */
public final class PackedLife {
  /** Of a life that is not packed: more than the records of one transaction have. */
  public static final int MOST_BYTES = 8 << 20;

  private static final byte ZSTD_1 = 1;
  private static final int LEVEL = 3;
  private static final byte[] DICTIONARY = dictionary();
  private static final ZstdDictDecompress TO_UNPACK = new ZstdDictDecompress(DICTIONARY);
  // Native memory that is never freed: one for the process.
  private static final ZstdCompressCtx PACKER = packer();

  private PackedLife() {}

  private static byte[] dictionary() {
    try (InputStream in =
        Objects.requireNonNull(PackedLife.class.getResourceAsStream("lives-1.dictionary"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ZstdCompressCtx packer() {
    ZstdCompressCtx packer = new ZstdCompressCtx();
    packer.setLevel(LEVEL);
    packer.setMagicless(true);
    packer.setDictID(false);
    packer.setChecksum(false);
    packer.loadDict(new ZstdDictCompress(DICTIONARY, LEVEL));
    return packer;
  }

  public static byte[] pack(MessageLife life) {
    byte[] plain = life.toByteArray();
    byte[] packed = new byte[1 + Math.toIntExact(Zstd.compressBound(plain.length))];
    packed[0] = ZSTD_1;
    int size;
    synchronized (PACKER) {
      size = PACKER.compressByteArray(packed, 1, packed.length - 1, plain, 0, plain.length);
    }
    return java.util.Arrays.copyOf(packed, 1 + size);
  }

  /**
   * @throws InvalidProtocolBufferException of a later version of this service, or not packed here
   */
  static MessageLife unpack(byte[] packed) throws InvalidProtocolBufferException {
    long size =
        packed.length > 1 && packed[0] == ZSTD_1
            ? Zstd.getFrameContentSize(packed, 1, packed.length - 1, true)
            : -1;
    if (size < 0 || size > MOST_BYTES) {
      throw new InvalidProtocolBufferException("message.life is of another version");
    }
    byte[] plain = new byte[(int) size];
    try (ZstdDecompressCtx unpacker = new ZstdDecompressCtx()) {
      unpacker.setMagicless(true);
      unpacker.loadDict(TO_UNPACK);
      unpacker.decompressByteArray(plain, 0, plain.length, packed, 1, packed.length - 1);
    }
    return MessageLife.parseFrom(plain);
  }

  /**
   * Of a row with the columns {@code life} and {@code record}: one that an earlier fold wrote has
   * its acceptance in {@code record}, and its other records in the table event.
   */
  public static MessageLife of(ResultSet row) throws SQLException, InvalidProtocolBufferException {
    byte[] life = row.getBytes("life");
    return life == null
        ? MessageLife.newBuilder().setAccepted(ByteString.copyFrom(row.getBytes("record"))).build()
        : unpack(life);
  }
}
