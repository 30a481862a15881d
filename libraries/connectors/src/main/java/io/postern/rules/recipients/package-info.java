/**
 * The lists of accepted domains' recipients (docs/guides/recipients.md), as they are kept in
 * memory.
 *
 * <ol>
 *   <li>{@code RecipientRecords} takes the records of {@code directory.recipients}.
 *   <li>{@code RecipientLists} is one state of all lists, part of a {@code Directory}.
 *   <li>{@code RecipientList} is one domain's: eight bytes an address.
 *   <li>{@code LocalParts} is the form in which local parts are compared.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules.recipients;
