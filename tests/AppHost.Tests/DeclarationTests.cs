using System.Net;
using System.Net.Sockets;
using Nsn.AppHost.Dashboard;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Resources;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Tests;

public class DeclarationTests
{
    [Fact]
    public void Ports_are_conventional_and_can_be_configured()
    {
        StackBuilder builder = StackBuilder.Create("--Ports:core=9100", "--Ports:core-silo=0");
        var core = builder.AddSilo("core", siloPort: 11111, gatewayPort: 30000, healthPort: 8091).WithReplicas(2);
        PortMap ports = builder.Build().Stack.Ports;
        Assert.Equal((9100, 9101), (ports.Get(core.Resource, "health", 0), ports.Get(core.Resource, "health", 1)));
        Assert.Equal(30001, ports.Get(core.Resource, "gateway", 1));
        Assert.NotEqual(ports.Get(core.Resource, "silo", 0), ports.Get(core.Resource, "silo", 1));
    }

    [Theory]
    [InlineData(SocketType.Dgram, ProtocolType.Udp)]
    [InlineData(SocketType.Stream, ProtocolType.Tcp)]
    public void The_port_for_WebRTC_is_free_only_if_it_is_for_both_UDP_and_TCP(SocketType type, ProtocolType protocol)
    {
        using var stranger = new Socket(AddressFamily.InterNetwork, type, protocol);
        stranger.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (protocol == ProtocolType.Tcp)
            stranger.Listen();
        int port = ((IPEndPoint)stranger.LocalEndPoint!).Port;
        var gateway = StackBuilder.Create().AddGateway("gateway", httpPort: 0, udpPort: port);
        EndpointDefinition endpoint = gateway.Resource.Endpoints.Single(endpoint => endpoint.Name == "udp");
        string? owner = PortGuard.FindOwner(endpoint.Scheme, port);
        Assert.Contains(protocol.ToString(), owner, StringComparison.OrdinalIgnoreCase);
        stranger.Close();
        Assert.Null(PortGuard.FindOwner(endpoint.Scheme, port));

        // Within the stack, too.
        StackBuilder builder = StackBuilder.Create();
        builder.AddGateway("gateway", httpPort: 0, udpPort: 9000);
        builder.AddExecutable("other", "true", "/").WithEndpoint("http", "http", 9000);
        Assert.Throws<AppHostException>(() => builder.Build());
    }

    [Fact]
    public void No_free_port_is_taken_twice()
    {
        const int Many = 2_000; // so many that the system gives some of its free ports again
        StackBuilder builder = StackBuilder.Create();
        var many = builder.AddExecutable("many", "true", "/").WithEndpoint("http", "http", 0).WithReplicas(Many);
        PortMap ports = builder.Build().Stack.Ports;
        Assert.Equal(Many, Enumerable.Range(0, Many).Select(index => ports.Get(many.Resource, "http", index)).Distinct().Count());
    }

    [Fact]
    public void The_last_replica_has_a_port_too()
    {
        static void Build(string port) => StackBuilder.Create($"--Ports:a={port}").AddExecutable("a", "true", "/").WithEndpoint("http", "http", 8000).WithReplicas(2).Stack.Build();
        Build("65534");
        Assert.Contains("Ports:a=65535 is no port: give a number from 0 (any free one) to 65534", Assert.Throws<AppHostException>(() => Build("65535")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Data=.")]
    [InlineData("--Data=..")]
    [InlineData("--Data=/")]
    public void A_data_folder_that_holds_the_repository_is_refused(string data) =>
        Assert.Contains("is in the data folder", Assert.Throws<AppHostException>(() => StackBuilder.Create("--Root=/some/where", data)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--Data=", "/some/where/.data")]
    [InlineData("--Data=data", "/some/where/data")]
    [InlineData("--Data=../data", "/some/data")]
    [InlineData("--Data=/some/wheres", "/some/wheres")]
    public void The_data_folder_is_in_the_repository_unless_it_is_said_to_be_elsewhere(string data, string path) =>
        Assert.Equal(Path.GetFullPath(path), StackBuilder.Create("--Root=/some/where", data).Paths.Data);

    [Theory]
    [InlineData("--Ports:b=8000", "is asked for by 'a'")]
    [InlineData("--Ports:b=99999", "is no port")]
    [InlineData("--Ports:b=x", "is no port")]
    public void Wrong_ports_are_explained(string setting, string expected)
    {
        StackBuilder builder = StackBuilder.Create(setting);
        builder.AddExecutable("a", "true", "/").WithEndpoint("http", "http", 8000);
        builder.AddExecutable("b", "true", "/").WithEndpoint("http", "http", 8001);
        Assert.Contains(expected, Assert.Throws<AppHostException>(() => builder.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silo_gets_its_name_roles_ports_and_connections()
    {
        StackBuilder builder = StackBuilder.Create("--ConnectionStrings:nsn=Host=elsewhere;Password=secret");
        var database = builder.AddPostgres("postgres").AddDatabase("nsn");
        var blobs = builder.AddAzurite("blobs", port: 10123);
        builder.AddSilo("core", 11111, 30000, 8091).WithRole("core").WithRole("gpu").WithReplicas(2).WithReference(database).WithReference(blobs);
        Dictionary<string, string> environment = builder.Build().Find("core-2")!.Context.CreateEnvironment();
        Assert.Equal("core-2", environment["Silo__Name"]);
        Assert.Equal(("core", "gpu"), (environment["Silo__Roles__0"], environment["Silo__Roles__1"]));
        Assert.Equal(("11112", "30001", "8092"), (environment["Silo__SiloPort"], environment["Silo__GatewayPort"], environment["Silo__HealthPort"]));
        Assert.Equal("Host=elsewhere;Password=secret", environment["ConnectionStrings__nsn"]);
        Assert.Contains("127.0.0.1:10123", environment["ConnectionStrings__blobs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Only_takes_what_is_named_and_what_it_needs()
    {
        StackBuilder builder = StackBuilder.Create("--Only=b");
        var a = builder.AddExecutable("a", "true", "/");
        builder.AddExecutable("b", "true", "/").WaitFor(a);
        builder.AddExecutable("c", "true", "/");
        Assert.Equal(["a", "b"], builder.Build().Instances.Select(i => i.Context.InstanceName));
    }

    [Fact]
    public void Names_are_unique_and_plain()
    {
        StackBuilder builder = StackBuilder.Create();
        builder.AddExecutable("a", "true", "/");
        Assert.Throws<ArgumentException>(() => builder.AddExecutable("a", "true", "/"));
        Assert.Throws<ArgumentException>(() => builder.AddExecutable("../a", "true", "/"));
    }

    [Fact]
    public void Models_give_way_to_the_browser_on_the_same_machine_and_nothing_else_does()
    {
        var stack = NsnStack.Declare().Build();
        Assert.Equal("true", stack.Find("gpu")!.Context.CreateEnvironment()["Silo__LowPriority"]);
        Assert.DoesNotContain("Silo__LowPriority", stack.Find("core-1")!.Context.CreateEnvironment());
    }

    [Fact]
    public void The_whole_stack_can_be_declared() =>
        Assert.Contains("postgres", NsnStack.Declare().Build().Instances.Select(i => i.Context.InstanceName));

    [Fact]
    public async Task A_log_keeps_its_last_lines_and_wakes_its_readers()
    {
        var log = new LogBuffer(TimeProvider.System, capacity: 3);
        Task more = log.WaitForMoreAsync(0, TestContext.Current.CancellationToken);
        Assert.False(more.IsCompleted);
        for (int i = 1; i <= 5; i++)
            log.Append($"{i}", isError: false);
        await more.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(["3", "4", "5"], log.ReadAfter(0).Select(l => l.Text));
        Assert.Equal(["5"], log.ReadAfter(4).Select(l => l.Text));
        Assert.Equal(["4", "5"], log.ReadAfter(0, max: 2).Select(l => l.Text));
        log.Append(new string('x', 10_000), isError: true);
        Assert.Equal(LogBuffer.MaxLineLength, log.ReadAfter(5)[0].Text.Length);
    }

    [Theory]
    [InlineData("ConnectionStrings__nsn", "Host=x;Password=abc;Port=1", "Host=x;Password=•••;Port=1")]
    [InlineData("ConnectionStrings__blobs", "AccountName=a;AccountKey=abc==;X=1", "AccountName=a;AccountKey=•••;X=1")]
    [InlineData("ConnectionStrings__nsn", "Host=x; Password = a b ;Port=1", "Host=x; Password = •••;Port=1")]
    [InlineData("ConnectionStrings__nsn", "Host=x;Password='a;b''c';Port=1", "Host=x;Password=•••;Port=1")]
    [InlineData("ConnectionStrings__nsn", "Host=x;Psw=\"a;b\"\"c\";Port=1", "Host=x;Psw=•••;Port=1")]
    [InlineData("Collector", "https://somebody:abc@example.org/x?y=1", "https://somebody:•••@example.org/x?y=1")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer abc", "•••")]
    [InlineData("Gateway__ApiToken", "abc", "•••")]
    [InlineData("Gateway__Url", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/")]
    [InlineData("Silo__Name", "core-1", "core-1")]
    public void Secrets_are_masked(string name, string value, string shown) => Assert.Equal(shown, SecretMask.Apply(name, value));
}
