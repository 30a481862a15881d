/** IP addresses and ranges, domain patterns, and lists of them, parsed once and looked up. Pure. */
@org.jspecify.annotations.NullMarked
package io.postern.rules.address;
