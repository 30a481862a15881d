/** What was seen of partners in traffic: their chains, and how they shake hands with us. */
@NullMarked
package io.postern.certificate.seen;

import org.jspecify.annotations.NullMarked;
