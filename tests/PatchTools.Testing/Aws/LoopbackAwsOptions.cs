namespace PatchTools.Testing.Aws;

/// <summary>How the instance metadata service behaves.</summary>
public enum ImdsMode
{
    /// <summary>Version 2, and version 1 for those who bring no token.</summary>
    Both,

    /// <summary>No tokens are given out.</summary>
    V1,

    /// <summary>Nothing without a token.</summary>
    V2,

    /// <summary>
    /// As behind a container's network with a hop limit of 1: the token never arrives; version 1 answers.
    /// </summary>
    HopLimited,

    /// <summary>HTTP 403 to everything, as when the service is turned off.</summary>
    Off,
}

/// <summary>The instance and the account that <see cref="LoopbackAws"/> plays.</summary>
public sealed record LoopbackAwsOptions
{
    public string Region { get; init; } = "us-east-1";

    public string InstanceId { get; init; } = "i-0123456789abcdef0";

    public string Product { get; init; } = "Debian12";

    /// <summary>What the presigned URL serves.</summary>
    public byte[] Snapshot { get; init; } = [];

    public ImdsMode Imds { get; init; } = ImdsMode.Both;

    /// <summary>The instance has a role whose credentials the metadata service gives out.</summary>
    public bool HasRole { get; init; } = true;

    /// <summary>The entity tag of every object in S3; null: the MD5, as S3 itself.</summary>
    public string? EntityTag { get; init; }

    /// <summary>
    /// An item without content whose hash is not the stored one is refused with <c>ItemContentMismatchException</c>.
    /// </summary>
    public bool StrictHashes { get; init; } = true;

    /// <summary>Hashes taken as stored, by type name.</summary>
    public IReadOnlyDictionary<string, string> KnownHashes { get; init; } = new Dictionary<string, string>();

    /// <summary>How often an operation may be called; beyond that it is throttled.</summary>
    public IReadOnlyDictionary<string, RateLimit> RateLimits { get; init; } = new Dictionary<string, RateLimit>();

    /// <summary>
    /// How far the services' clock is ahead of this machine's; null: SSM does not judge the age of a signature.
    /// </summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>The services' time.</summary>
    internal DateTimeOffset Now => TimeProvider.System.GetUtcNow() + (ClockOffset ?? TimeSpan.Zero);

    /// <summary>Whether answers carry a Date, from which the SDK learns the services' time.</summary>
    public bool SaysTheTime { get; init; } = true;

    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>
    /// Reads the options that a recorded case was made with (<c>--fault</c>, <c>--product</c>, <c>--strict-hash</c>,
    /// …).
    /// </summary>
    public static LoopbackAwsOptions FromRecorded(IReadOnlyList<string> arguments, byte[] snapshot)
    {
        var options = new LoopbackAwsOptions { Snapshot = snapshot, StrictHashes = false };
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--fault" => options with { Faults = [.. options.Faults, Fault.Parse(arguments[++i])] },
                "--product" => options with { Product = arguments[++i] },
                "--instance-id" => options with { InstanceId = arguments[++i] },
                "--region" => options with { Region = arguments[++i] },
                "--imds" => options with { Imds = Enum.Parse<ImdsMode>(arguments[++i], ignoreCase: true) },
                "--strict-hash" => options with { StrictHashes = true },
                "--known-hash" => options.Knowing(arguments[++i].Split('=', 2)),
                _ => throw new ArgumentException(
                    $"The recorded option {arguments[i]} is not known here.",
                    nameof(arguments)
                ),
            };
        }

        return options;
    }

    private LoopbackAwsOptions Knowing(string[] typeAndHash) =>
        this with
        {
            KnownHashes = new Dictionary<string, string>(KnownHashes) { [typeAndHash[0]] = typeAndHash[1] },
        };
}
