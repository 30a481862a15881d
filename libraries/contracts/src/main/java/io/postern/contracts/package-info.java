/** The contracts between the services: events, topics, identifiers and their formats. */
@org.jspecify.annotations.NullMarked
package io.postern.contracts;
