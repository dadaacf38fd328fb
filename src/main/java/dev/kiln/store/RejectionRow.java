package dev.kiln.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A row of {@code rejected}. */
@Entity
@Table(name = "rejected")
class RejectionRow extends PanacheEntityBase {
    @Id UUID id;

    @Column byte[] errors;

    @Column(name = "rejected_at", insertable = false, updatable = false)
    Instant rejectedAt;
}
