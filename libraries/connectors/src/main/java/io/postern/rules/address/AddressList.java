package io.postern.rules.address;

import io.postern.names.DomainNames;
import io.postern.rules.recipients.LocalParts;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Addresses and domains of addresses in a routing rule: ann@contoso.com, contoso.com,
 * *.contoso.com. Addresses are compared as the lists of recipients are ({@link LocalParts}):
 * quotes, case and what follows a "+" do not count. A look-up costs a hash probe a label, however
 * many there are. Immutable.
 */
public final class AddressList {
  private final Set<String> addresses = new HashSet<>();
  private final DomainIndex<Boolean> domains = new DomainIndex<>();
  private final boolean empty;

  /**
   * An address of a message in the forms that are compared.
   *
   * @param domain in A-labels; null: the null reverse-path, or an address without a domain
   * @param plain without what follows the first "+" of the local part
   */
  public record Address(@Nullable String domain, String normal, String plain) {
    public static Address of(String given) {
      String domain = DomainNames.ofAddress(given);
      if (domain == null) {
        return new Address(null, "", "");
      }
      String local = LocalParts.normal(given.substring(0, given.lastIndexOf('@')));
      return new Address(domain, local + "@" + domain, LocalParts.withoutTag(local) + "@" + domain);
    }
  }

  /**
   * @throws IllegalArgumentException with a sentence for the administrator
   */
  public AddressList(List<String> texts) {
    for (String text : texts) {
      if (text.indexOf('@') < 0) {
        domains.add(DomainPattern.parse(text), Boolean.TRUE);
      } else {
        Address address = Address.of(text);
        if (text.startsWith("@")
            || address.domain() == null
            || !DomainNames.isDomain(address.domain())) {
          throw new IllegalArgumentException("it is neither an address nor a domain in A-labels");
        }
        addresses.add(address.normal());
      }
    }
    empty = texts.isEmpty();
  }

  public boolean isEmpty() {
    return empty;
  }

  public boolean has(Address address) {
    return address.domain() != null
        && (addresses.contains(address.normal())
            || addresses.contains(address.plain())
            || !domains.find(address.domain()).isEmpty());
  }
}
