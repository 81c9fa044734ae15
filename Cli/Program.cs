using Nsn.Cli;

return await NsnCommand.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
