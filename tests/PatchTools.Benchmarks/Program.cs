using BenchmarkDotNet.Running;
using PatchTools.Benchmarks;

return args switch
{
    ["processes", .. var rest] => WholeProcesses.Run(rest),
    ["install-processes", .. var rest] => InstallProcesses.Run(rest),
    ["rpm-processes", .. var rest] => WholeProcesses.RunRpm(rest),
    ["zypper-processes", .. var rest] => WholeProcesses.RunZypper(rest),
    _ => Engine(args),
};

static int Engine(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}
