package io.postern.contracts;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * The keys of {@code directory.recipients}, and the shard of an address (docs/design/the-log.md,
 * "Recipient lists"). An address has the same shard for ever, so that a shard says all about its
 * addresses, whatever else of a list is written.
 */
public final class RecipientKeys {
  public static final int SHARDS = 256;

  /** The word for the organization's on-premises connector, in place of a mailbox route's name. */
  public static final String ON_PREMISES = "onPremises";

  private RecipientKeys() {}

  /** Of a domain's {@code RecipientListState}. */
  public static String list(String domain) {
    return domain;
  }

  /** Of a {@code RecipientShard}. */
  public static String shard(String domain, int shard) {
    return domain + "/" + String.format(Locale.ROOT, "%02x", shard);
  }

  /** True for a shard's key, false for a list's. */
  public static boolean isShard(String key) {
    return key.indexOf('/') >= 0;
  }

  /** The domain of either key. */
  public static String domain(String key) {
    int slash = key.indexOf('/');
    return slash < 0 ? key : key.substring(0, slash);
  }

  /**
   * The shard's number of its key.
   *
   * @throws IllegalArgumentException for another key
   */
  public static int shardOf(String key) {
    int shard = Integer.parseInt(key.substring(key.indexOf('/') + 1), 16);
    if (shard < 0 || shard >= SHARDS) {
      throw new IllegalArgumentException("no shard has the key " + key);
    }
    return shard;
  }

  /**
   * @param localPart in its normal form
   */
  public static int shardOfAddress(String localPart) {
    CRC32 crc = new CRC32();
    crc.update(localPart.getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() & (SHARDS - 1));
  }
}
