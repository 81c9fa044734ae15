using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nsn.AppHost.Supervision;

/// <summary>Tells whether a local port is free and, where the system lets us see it, who has it.</summary>
public static class PortGuard
{
    /// <summary>Null where <paramref name="port"/> on the loopback address is free, else who has it, as far as can be seen.</summary>
    public static string? FindOwner(string scheme, int port) => Protocols(scheme).Select(protocol => FindOwner(protocol == ProtocolType.Udp, port)).FirstOrDefault(owner => owner is not null);

    /// <summary>A port that was free a moment ago.</summary>
    public static int FindFree(string scheme)
    {
        ProtocolType[] protocols = [.. Protocols(scheme)];
        while (true)
        {
            using Socket socket = Create(protocols[0] == ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            if (protocols.Skip(1).All(protocol => FindOwner(protocol == ProtocolType.Udp, port) is null))
                return port;
        }
    }

    /// <summary>Whether two schemes cannot have the same port.</summary>
    public static bool Collide(string one, string other) => Protocols(one).Intersect(Protocols(other)).Any();

    private static IEnumerable<ProtocolType> Protocols(string scheme) => scheme switch
    {
        "udp" => [ProtocolType.Udp],
        "udp+tcp" => [ProtocolType.Udp, ProtocolType.Tcp],
        _ => [ProtocolType.Tcp],
    };

    private static Socket Create(bool udp) => new(AddressFamily.InterNetwork, udp ? SocketType.Dgram : SocketType.Stream, udp ? ProtocolType.Udp : ProtocolType.Tcp);

    private static string? FindOwner(bool udp, int port)
    {
        try
        {
            using Socket socket = Create(udp);
            // As servers do: connections that linger after a server has ended do not count.
            if (!udp && !OperatingSystem.IsWindows())
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            if (!udp)
                socket.Listen(1);
            return null;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            return "the system (ports below 1024 need privileges)";
        }
        catch (SocketException)
        {
            return $"{DescribeOwner(udp, port) ?? "another program"} ({(udp ? "UDP" : "TCP")})";
        }
    }

    // From the socket's inode in /proc/net to the process that has it open.
    private static string? DescribeOwner(bool udp, int port)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var inodes = new HashSet<string>();
            foreach (string table in udp ? new[] { "udp", "udp6" } : ["tcp", "tcp6"])
            {
                foreach (string line in File.ReadLines($"/proc/net/{table}").Skip(1))
                {
                    string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    bool listens = udp || fields[3] == "0A";
                    if (listens && fields[1].EndsWith(':' + port.ToString("X4", CultureInfo.InvariantCulture), StringComparison.Ordinal))
                        inodes.Add($"socket:[{fields[9]}]");
                }
            }

            return inodes.Count == 0 ? null : FindProcess(inodes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static string? FindProcess(HashSet<string> inodes)
    {
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            string id = Path.GetFileName(process);
            if (!id.All(char.IsAsciiDigit))
                continue;
            try
            {
                foreach (string descriptor in Directory.EnumerateFiles($"{process}/fd"))
                {
                    if (new FileInfo(descriptor).LinkTarget is { } target && inodes.Contains(target))
                        return $"process {id} ({File.ReadAllText($"{process}/comm").Trim()})";
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or belongs to somebody else.
            }
        }

        return null;
    }
}
