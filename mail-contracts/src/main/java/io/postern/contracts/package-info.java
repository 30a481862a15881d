/** What the services say to each other: events, topics, identifiers and their formats. */
@org.jspecify.annotations.NullMarked
package io.postern.contracts;
