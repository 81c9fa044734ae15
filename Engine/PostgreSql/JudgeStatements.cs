namespace Nsn.Engine.PostgreSql;

/// <summary>What the judge asks of PostgreSQL. A change of membership raises the cluster's version and tells everybody in the statement that makes it.</summary>
internal static class JudgeStatements
{
    /// <summary>Parameters: cluster, address, name, role, metadata, figures, status, lock key, lease.</summary>
    public const string Join = """
        with forgotten as (
            delete from nsn_engine.silos s where s.cluster_id = $1 and s.dead and s.lease_until < clock_timestamp() - interval '1 day'
                and not exists (select 1 from nsn_engine.grains g where g.cluster_id = $1 and g.owner = s.address)),
        left_behind as (
            delete from nsn_engine.grains g where g.cluster_id = $1 and starts_with(g.grain_id, 'sys.client/')
                and exists (select 1 from nsn_engine.silos s where s.cluster_id = $1 and s.address = g.owner and s.dead)),
        joined as (
            insert into nsn_engine.silos (cluster_id, address, name, role, metadata, figures, status, lock_key, lease_until)
            values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, clock_timestamp() + $9)),
        bumped as (
            insert into nsn_engine.clusters as c (cluster_id, version) values ($1, 1)
            on conflict (cluster_id) do update set version = c.version + 1 returning version)
        select pg_notify('nsn_engine', $1) from bumped
        """;

    /// <summary>Parameters: cluster, address, status, figures, lease. One row when the lease had not run out.</summary>
    public const string Extend = """
        with before as (select status from nsn_engine.silos where cluster_id = $1 and address = $2),
        extended as (
            update nsn_engine.silos set lease_until = clock_timestamp() + $5, session_lost_at = null, status = $3, figures = $4::jsonb
            where cluster_id = $1 and address = $2 and not dead and lease_until > clock_timestamp() returning status),
        bumped as (
            update nsn_engine.clusters set version = version + 1
            where cluster_id = $1 and exists (select 1 from extended, before where extended.status <> before.status) returning version)
        select (select pg_notify('nsn_engine', $1) from bumped) from extended
        """;

    /// <summary>Parameter: cluster.</summary>
    public const string NoteLostSessions = """
        with held as materialized (select ((classid::bigint << 32) | objid::bigint) as key from pg_locks where locktype = 'advisory' and objsubid = 1 and granted)
        update nsn_engine.silos set session_lost_at = case when lock_key in (select key from held) then null else clock_timestamp() end
        where cluster_id = $1 and not dead and (lock_key in (select key from held)) = (session_lost_at is not null)
        """;

    /// <summary>Parameters: cluster, grace, lease. One row, whoever is declared; its last column tells how long until the next may be, null when nobody's session is gone.</summary>
    public const string DeclareDead = """
        with declared as (
            update nsn_engine.silos set dead = true
            where cluster_id = $1 and not dead and (lease_until < clock_timestamp()
                or (session_lost_at < clock_timestamp() - $2 and pg_postmaster_start_time() < clock_timestamp() - $3)) returning address),
        bumped as (update nsn_engine.clusters set version = version + 1 where cluster_id = $1 and exists (select 1 from declared) returning version)
        select (select count(*) from declared), (select pg_notify('nsn_engine', $1) from bumped), (select min(session_lost_at) + $2 - clock_timestamp()
            from nsn_engine.silos where cluster_id = $1 and not dead and session_lost_at > clock_timestamp() - $2)
        """;

    /// <summary>Parameters: cluster, address.</summary>
    public const string Leave = """
        with declared as (update nsn_engine.silos set dead = true where cluster_id = $1 and address = $2 and not dead returning address),
        bumped as (update nsn_engine.clusters set version = version + 1 where cluster_id = $1 and exists (select 1 from declared) returning version)
        select pg_notify('nsn_engine', $1) from bumped
        """;

    /// <summary>Parameter: cluster. One row a living silo.</summary>
    public const string ReadView = """
        select (select coalesce(max(version), 0) from nsn_engine.clusters where cluster_id = $1), address, name, role, metadata::text, figures::text, status
        from nsn_engine.silos where cluster_id = $1 and not dead order by address
        """;
}
