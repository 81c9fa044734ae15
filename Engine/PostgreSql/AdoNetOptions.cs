namespace Orleans.Configuration;

/// <summary>Where silos find the judge.</summary>
public class AdoNetClusteringSiloOptions
{
    public string ConnectionString { get; set; } = "";

    /// <summary>The database provider; here always Npgsql.</summary>
    public string Invariant { get; set; } = "Npgsql";
}

/// <summary>Where clients find silos.</summary>
public class AdoNetClusteringClientOptions
{
    public string ConnectionString { get; set; } = "";

    /// <summary>The database provider; here always Npgsql.</summary>
    public string Invariant { get; set; } = "Npgsql";
}

/// <summary>Where states are kept.</summary>
public class AdoNetGrainStorageOptions
{
    public string ConnectionString { get; set; } = "";

    /// <summary>The database provider; here always Npgsql.</summary>
    public string Invariant { get; set; } = "Npgsql";
}

/// <summary>Where reminders are kept.</summary>
public class AdoNetReminderTableOptions
{
    public string ConnectionString { get; set; } = "";

    /// <summary>The database provider; here always Npgsql.</summary>
    public string Invariant { get; set; } = "Npgsql";
}
